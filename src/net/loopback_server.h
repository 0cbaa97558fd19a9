#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace coffer::net {

/// A request to a LoopbackServer.
struct LoopbackRequest {
  enum class Body : std::uint8_t {
    kWhole,
    kTooLarge,   ///< More than the limit; `body` is empty.
    kTruncated,  ///< The connection ended in the middle; nobody will read the reply.
  };
  std::string method;
  std::string target;
  /// Names in lower case. Trailers of a chunked body are among them, at the end.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  Body body_state = Body::kWhole;

  /// The first header of that name, or nothing.
  [[nodiscard]] std::string_view Header(std::string_view lower_case_name) const;
};

struct LoopbackReply {
  int status = 200;
  /// Beside Content-Length, which is always sent.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  ///< Wiped after it was sent.
};

/// A small HTTP/1.1 server on a port of 127.0.0.1 that the kernel chooses, for one client process
/// on this machine: blocking, a thread for each connection, so that a handler may wait as long as
/// it likes. Keep-alive, Content-Length and chunked bodies with trailers, `Expect: 100-continue`;
/// header blocks of up to 2 MiB, since Lambda's clients send lines of 1 MiB.
class LoopbackServer {
 public:
  using Handler = std::function<void(const LoopbackRequest& request, LoopbackReply& reply)>;

  struct Options {
    std::size_t body_limit = 6'291'556;  ///< Bytes; Lambda's: 6 MiB + 100 bytes.
    /// Connections of other users are closed without a word; so are all of them where the kernel
    /// does not tell whose they are.
    std::optional<uid_t> only_user = std::nullopt;
    std::size_t connections = 64;  ///< At once; further ones are closed.
  };

  /// Listens at once. `handler` is called by several threads. Throws std::system_error.
  LoopbackServer(Options options, Handler handler);
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  /// Closes every connection and waits for the handlers, which must not go on waiting.
  ~LoopbackServer();

  [[nodiscard]] std::uint16_t port() const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace coffer::net
