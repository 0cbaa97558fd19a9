#pragma once

#include "base/http_message.h"
#include "net/server_options.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>

namespace coffer::net {

/// The front door: one port, one thread for each core with an event loop of its own; a connection
/// stays on its thread for life. Knows HTTP and TLS, nothing of AWS.
class HttpServer {
 public:
  /// Binds and listens (so that a taken port is an error here), serves after Start(). `handler`
  /// must outlive the server. An empty `certificate` serves plaintext alone, where that is allowed.
  /// Throws std::runtime_error with a message for the operator.
  HttpServer(const ServerOptions& options, const std::filesystem::path& certificate,
             const std::filesystem::path& private_key, base::HttpHandler& handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  void Start();
  /// The port that was bound.
  [[nodiscard]] std::uint16_t port() const;
  /// Connections open now.
  [[nodiscard]] std::size_t connections() const;
  /// Stops accepting, lets requests in flight finish for at most `patience`, closes idle
  /// connections at once, then ends the threads. A PendingReply that was started is waited for
  /// however long it takes: the request and the reply it works on are the server's. Must not be
  /// called from an io thread.
  void Stop(std::chrono::milliseconds patience);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace coffer::net
