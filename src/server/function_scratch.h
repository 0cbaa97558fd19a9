#pragma once

#include <filesystem>

namespace coffer::server {

/// Where the processes of functions get their private directories: a folder of temporary files that
/// their users can pass through, unlike the data directory, which is the place where there is no
/// other. Removed at the end, and after a kill at
/// the next start, which finds its name in the data directory.
class FunctionScratch {
 public:
  /// `data_directory` is locked by the caller. Throws std::system_error.
  explicit FunctionScratch(const std::filesystem::path& data_directory);
  ~FunctionScratch();
  FunctionScratch(const FunctionScratch&) = delete;
  FunctionScratch& operator=(const FunctionScratch&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path note_;  // Holds the path.
  std::filesystem::path path_;
};

}  // namespace coffer::server
