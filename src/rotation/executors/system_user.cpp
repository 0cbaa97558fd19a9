#include "rotation/executors/system_user.h"

#include <cerrno>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>
#include <vector>

namespace coffer::rotation {
namespace {

std::vector<gid_t> GroupsOf(const std::string& name, gid_t main_group) {
  int count = 64;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  if (::getgrouplist(name.c_str(), main_group, groups.data(), &count) < 0) {
    groups.resize(static_cast<std::size_t>(count));
    if (::getgrouplist(name.c_str(), main_group, groups.data(), &count) < 0) return {main_group};
  }
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

}  // namespace

std::expected<SystemUser, std::string> FindUser(const std::string& name) {
  if (name.empty() || ::geteuid() != 0) {
    return SystemUser{.uid = ::geteuid(), .gid = ::getegid(), .groups = {}, .is_own = true};
  }
  std::vector<char> memory(1024);
  passwd entry{};
  passwd* found = nullptr;
  while (::getpwnam_r(name.c_str(), &entry, memory.data(), memory.size(), &found) == ERANGE) {
    memory.resize(2 * memory.size());
  }
  if (found == nullptr) return std::unexpected("there is no user " + name);
  return SystemUser{.uid = entry.pw_uid,
                    .gid = entry.pw_gid,
                    .groups = GroupsOf(name, entry.pw_gid),
                    .is_own = entry.pw_uid == ::geteuid()};
}

}  // namespace coffer::rotation
