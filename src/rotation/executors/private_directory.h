#pragma once

#include <filesystem>
#include <sys/types.h>

namespace coffer::rotation {

/// A fresh directory of one process (its HOME and TMPDIR), closed to everybody else (0700); removed
/// with all that is in it when the object goes. Throws std::system_error when it cannot be made.
class PrivateDirectory {
 public:
  /// Inside `parent`; belongs to `owner` and `group`, which takes being root when they are not
  /// one's own.
  PrivateDirectory(const std::filesystem::path& parent, uid_t owner, gid_t group);
  PrivateDirectory(PrivateDirectory&& other) noexcept;
  PrivateDirectory& operator=(PrivateDirectory&& other) noexcept;
  PrivateDirectory(const PrivateDirectory&) = delete;
  PrivateDirectory& operator=(const PrivateDirectory&) = delete;
  ~PrivateDirectory();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;  // Empty when moved from.
};

}  // namespace coffer::rotation
