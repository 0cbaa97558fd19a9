#pragma once

#include <CLI/CLI.hpp>

#include <filesystem>
#include <string>

namespace coffer::server {

/// `coffer key rotate` and `coffer key status`: asks the running server about its master key.
class MasterKeyCommand {
 public:
  /// The options fill this object in, which must outlive `command`.
  void AddTo(CLI::App& command, const std::string& verb);

  /// Prints the answer; throws std::runtime_error when there is none.
  [[nodiscard]] int Run(const std::filesystem::path& admin_socket) const;

 private:
  [[nodiscard]] std::string Rotate(const std::filesystem::path& admin_socket) const;

  std::string verb_;
  bool is_json_ = false;
  bool has_new_passphrase_ = false;
  bool waits_ = false;
};

}  // namespace coffer::server
