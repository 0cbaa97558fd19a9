#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace coffer::test {

/// A reply as a client sees it; `status` is 0 if the connection ended before there was one.
struct ClientReply {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< Names in lower case.
  std::string body;
};

/// A blocking client that sends what it is told, byte for byte. Every wait ends after ten seconds.
class TestClient {
 public:
  struct Tls {
    std::filesystem::path authority;
    std::string host = "localhost";
    int max_version = 0;  ///< 0 = the newest.
  };

  /// A client of 127.0.0.1; connects at once. With `tls` also shakes hands, and throws
  /// std::runtime_error if that fails or the server's certificate is not to be trusted.
  explicit TestClient(std::uint16_t port);
  TestClient(std::uint16_t port, const Tls& tls);
  ~TestClient();
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  /// Answers false when the connection is gone.
  bool Send(std::string_view bytes);
  /// TLS 1.3: changes the key it sends with.
  bool UpdateKey();
  /// TLS 1.2: asks for another handshake, and answers whether there was one.
  bool Renegotiate();
  /// Whether all that was sent has reached the server's kernel.
  [[nodiscard]] bool AllHasArrived() const;
  /// Reads one reply. `head_only`: its Content-Length is not followed by a body.
  [[nodiscard]] ClientReply Receive(bool head_only = false);
  /// Everything until the connection ends.
  [[nodiscard]] std::string ReceiveAll();
  /// Whether something can be read (or the connection has ended) within `milliseconds`.
  [[nodiscard]] bool Readable(int milliseconds) const;

  [[nodiscard]] std::string cipher() const;
  [[nodiscard]] std::string tls_version() const;
  [[nodiscard]] std::string application_protocol() const;

 private:
  [[nodiscard]] bool Fill();

  int descriptor_ = -1;
  std::shared_ptr<ssl_ctx_st> context_;
  std::shared_ptr<ssl_st> ssl_;
  std::string received_;
};

}  // namespace coffer::test
