#include "net/http_server.h"

#include "net/connection_count.h"
#include "net/event_loop.h"
#include "net/listener.h"
#include "net/memory_budget.h"
#include "net/tls_context.h"

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <sys/resource.h>
#include <utility>
#include <vector>

namespace coffer::net {
namespace {

// The usual soft limit of 1,024 descriptors is for programs that use select(); this one does not.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::shared_ptr<ssl_ctx_st> ContextFor(const ServerOptions& options,
                                       const std::filesystem::path& certificate,
                                       const std::filesystem::path& private_key) {
  if (!certificate.empty()) return MakeTlsContext(certificate, private_key);
  if (options.allow_plaintext) return nullptr;
  throw std::runtime_error("a certificate is needed unless plaintext is allowed");
}

}  // namespace

class HttpServer::Implementation {
 public:
  Implementation(ServerOptions options, std::shared_ptr<ssl_ctx_st> tls, base::HttpHandler& handler)
      : options_(std::move(options)),
        tls_(std::move(tls)),
        count_(options_.limits),
        request_memory_(options_.limits.max_request_memory_bytes),
        loops_(MakeLoops(handler)),
        listener_(options_, count_, loops_) {}

  void Start() {
    // OpenSSL writes to sockets that the peer may have closed.
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    running_ = true;
    listener_.Start();
    for (auto& loop : loops_) loop->Start();
  }

  void Stop(std::chrono::milliseconds patience) {
    if (!std::exchange(running_, false)) return;
    listener_.Stop([this, patience] {
      for (auto& loop : loops_) loop->Drain(patience);
    });
    for (auto& loop : loops_) loop->Join();
  }

  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
  [[nodiscard]] std::size_t connections() const { return count_.open(); }

 private:
  std::vector<std::unique_ptr<EventLoop>> MakeLoops(base::HttpHandler& handler) {
    std::vector<std::unique_ptr<EventLoop>> loops(std::max<std::size_t>(options_.threads, 1));
    const EventLoop::Environment environment{options_, tls_.get(), request_memory_, handler};
    for (auto& loop : loops) loop = std::make_unique<EventLoop>(environment);
    return loops;
  }

  const ServerOptions options_;
  const std::shared_ptr<ssl_ctx_st> tls_;
  ConnectionCount count_;
  MemoryBudget request_memory_;
  std::vector<std::unique_ptr<EventLoop>> loops_;
  Listener listener_;
  bool running_ = false;
};

HttpServer::HttpServer(const ServerOptions& options, const std::filesystem::path& certificate,
                       const std::filesystem::path& private_key, base::HttpHandler& handler) {
  RaiseDescriptorLimit();
  implementation_ = std::make_unique<Implementation>(
      options, ContextFor(options, certificate, private_key), handler);
}

HttpServer::~HttpServer() { Stop(std::chrono::milliseconds(0)); }

void HttpServer::Start() { implementation_->Start(); }

std::uint16_t HttpServer::port() const { return implementation_->port(); }

std::size_t HttpServer::connections() const { return implementation_->connections(); }

void HttpServer::Stop(std::chrono::milliseconds patience) { implementation_->Stop(patience); }

}  // namespace coffer::net
