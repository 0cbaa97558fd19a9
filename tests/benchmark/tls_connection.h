#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// For programs that load a server on this machine: they throw std::runtime_error when anything
/// fails, because a benchmark with failures has no result.
namespace coffer::benchmark {

/// Speaks TLS as OpenSSL does by default, and trusts anybody.
[[nodiscard]] std::shared_ptr<SSL_CTX> MakeClientContext();

/// Whole HTTP requests, all equally long, one behind the other in a file.
class Requests {
 public:
  Requests(const std::string& path, std::size_t count);

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::string_view operator[](std::size_t index) const;

 private:
  std::string all_;
  std::size_t count_;
};

/// One connection to 127.0.0.1 with at most one request on its way. Not thread-safe.
class TlsConnection {
 public:
  /// Connects and shakes hands, waiting for both. `session` is resumed if the server agrees.
  TlsConnection(SSL_CTX* context, std::uint16_t port, SSL_SESSION* session = nullptr);
  ~TlsConnection();
  TlsConnection(TlsConnection&&) = delete;
  TlsConnection& operator=(TlsConnection&&) = delete;

  /// From now on Receive() does not wait.
  void MakeNonBlocking();
  [[nodiscard]] int socket() const { return socket_; }
  [[nodiscard]] bool is_resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  /// With the newest ticket that came; the caller owns it.
  [[nodiscard]] std::shared_ptr<SSL_SESSION> session() const;

  void Send(std::string_view request);
  /// The status of the reply when all of it is there; nothing when it has to be waited for.
  [[nodiscard]] std::optional<int> Receive();

 private:
  [[nodiscard]] std::optional<int> CompleteReply();

  int socket_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
  std::string received_;
};

/// The value below which `share` of all values are, 0 to 1; reorders `values`.
[[nodiscard]] double Percentile(std::vector<double>& values, double share);

}  // namespace coffer::benchmark
