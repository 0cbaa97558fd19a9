#pragma once

#include "base/file_descriptor.h"

#include <filesystem>
#include <stdexcept>
#include <string>

namespace coffer::server {

/// The data directory cannot be used. The text is for the operator.
class DataDirectoryError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The one directory that holds everything, locked for one server while this object lives.
/// Closed to other users (0700).
class DataDirectory {
 public:
  /// Makes the directory if needed, checks that it can be written, and locks it. With `ephemeral`
  /// a temporary directory that is removed at the end; `path` is then not used.
  DataDirectory(const std::filesystem::path& path, bool ephemeral);
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path Database() const { return DatabaseOf(path_); }
  [[nodiscard]] std::filesystem::path MasterKey() const { return path_ / "master.key"; }
  [[nodiscard]] std::filesystem::path Tls() const { return path_ / "tls"; }
  [[nodiscard]] std::filesystem::path RootCredentials() const { return path_ / "root-credentials"; }
  [[nodiscard]] static std::filesystem::path DatabaseOf(const std::filesystem::path& path) {
    return path / "coffer.db";
  }
  /// Where administrative subcommands reach the server whose data directory is `path`.
  [[nodiscard]] static std::filesystem::path AdminSocketOf(const std::filesystem::path& path) {
    return path / "admin.sock";
  }

 private:
  std::filesystem::path path_;
  bool ephemeral_;
  base::FileDescriptor lock_;
};

}  // namespace coffer::server
