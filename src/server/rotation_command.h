#pragma once

#include <CLI/CLI.hpp>

#include <filesystem>
#include <string>

namespace coffer::server {

/// `coffer rotation list`, `show SECRET`, `retry SECRET`: asks the running server about rotations.
class RotationCommand {
 public:
  /// The options fill this object in, which must outlive `command`.
  void AddTo(CLI::App& command, const std::string& verb);

  /// Prints the answer; throws std::runtime_error when there is none. `account` is that of names.
  [[nodiscard]] int Run(const std::filesystem::path& admin_socket,
                        const std::string& account) const;

 private:
  std::string verb_;
  std::string secret_;
  std::string account_;
  std::string region_ = "us-east-1";
};

}  // namespace coffer::server
