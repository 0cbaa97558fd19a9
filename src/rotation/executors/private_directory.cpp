#include "rotation/executors/private_directory.h"

#include "base/log.h"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace coffer::rotation {

PrivateDirectory::PrivateDirectory(const std::filesystem::path& parent, uid_t owner, gid_t group) {
  std::string pattern = (parent / "coffer-rotation-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), "private directory");
  }
  path_ = pattern;
  if (owner != ::geteuid() && ::chown(path_.c_str(), owner, group) != 0) {
    const int reason = errno;
    ::rmdir(path_.c_str());
    throw std::system_error(reason, std::generic_category(), "owner of a private directory");
  }
}

PrivateDirectory::PrivateDirectory(PrivateDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

PrivateDirectory& PrivateDirectory::operator=(PrivateDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

PrivateDirectory::~PrivateDirectory() {
  if (path_.empty()) return;
  // libstdc++ walks with openat and follows no link, so that what a function left inside cannot
  // lead out of the directory.
  std::error_code failure;
  std::filesystem::remove_all(path_, failure);
  if (failure) {
    base::log::Warning("rotation.directory_left",
                       {{"path", path_.string()}, {"reason", failure.message()}});
  }
}

}  // namespace coffer::rotation
