#pragma once

#include <expected>
#include <string>
#include <sys/types.h>
#include <vector>

namespace coffer::rotation {

/// Whom a process runs as.
struct SystemUser {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
  bool is_own = true;  ///< The server's own user: nothing is to be changed.
};

/// The user of that name; the server's own when `name` is empty, or when the server is not root and
/// so cannot choose. Answers why not, in words, when there is no such user.
[[nodiscard]] std::expected<SystemUser, std::string> FindUser(const std::string& name);

}  // namespace coffer::rotation
