#pragma once

#include "coffer/config.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace coffer {

/// A whole server in one object: everything built in dependency order, started, drained, stopped.
/// To be used from one thread.
class Server {
 public:
  /// Opens data and keys and binds the port; nothing is served yet. Throws std::runtime_error with
  /// a message for the operator. `on_fatal` is called once, from another thread, when the disk has
  /// failed in a way that only a restart can mend.
  Server(const Config& config, std::function<void(std::string_view reason)> on_fatal);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void Start();
  /// Stops accepting, finishes what is in flight within the configured bound, writes down what is
  /// pending and closes the database.
  void Stop();

  [[nodiscard]] std::uint16_t port() const;
  /// What clients must trust (AWS_CA_BUNDLE), when the certificate was made here.
  [[nodiscard]] std::optional<std::filesystem::path> certificate_authority() const;
  /// The file with the root user's access key (strict profile).
  [[nodiscard]] std::optional<std::filesystem::path> root_credentials() const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace coffer
