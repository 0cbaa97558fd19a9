#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <utility>

namespace coffer::server {

/// Remembers, in a file outside the data directory, how many commits the database has seen, so that
/// an older copy of the whole database is noticed when it is put back. Safe to call from any
/// thread.
class Anchor {
 public:
  explicit Anchor(std::filesystem::path file) : file_(std::move(file)) {}

  /// Throws DataDirectoryError when the database is older than the file says.
  void Check(std::int64_t commit_sequence);
  /// Writes the number down if it has grown. Throws DataDirectoryError.
  void Advance(std::int64_t commit_sequence);

 private:
  [[nodiscard]] std::optional<std::int64_t> Read() const;

  std::filesystem::path file_;
  std::mutex mutex_;  // Guards written_ and the file.
  std::int64_t written_ = -1;
};

}  // namespace coffer::server
