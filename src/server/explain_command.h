#pragma once

#include <CLI/CLI.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace coffer::server {

/// `coffer explain`: asks the running server whether somebody may do something, and why.
class ExplainCommand {
 public:
  /// The options fill this object in, which must outlive `command`.
  void AddTo(CLI::App& command);

  /// Prints the answer. 0 = allowed, 1 = denied; throws std::runtime_error when there is no answer.
  [[nodiscard]] int Run(const std::filesystem::path& admin_socket) const;

 private:
  std::string principal_;
  std::string action_;
  std::string resource_;
  std::string region_ = "us-east-1";
  std::vector<std::string> context_;  ///< `KEY=VALUE` each.
};

}  // namespace coffer::server
