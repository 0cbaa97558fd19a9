#pragma once

#include "base/http_message.h"
#include "net/asio_types.h"
#include "net/connection_count.h"
#include "net/memory_budget.h"
#include "net/server_options.h"
#include "net/session.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string_view>
#include <thread>

struct ssl_ctx_st;

namespace coffer::net {

/// One io thread, its event loop and the sessions that live on it.
class EventLoop {
 public:
  /// What all loops share; everything must outlive them.
  struct Environment {
    const ServerOptions& options;
    ssl_ctx_st* tls;  ///< Null when only plaintext is served.
    MemoryBudget& request_memory;
    base::HttpHandler& handler;
  };

  explicit EventLoop(const Environment& environment);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // From any thread.
  void Start();
  [[nodiscard]] asio::io_context& context() { return context_; }
  /// Takes over a connection, whose socket must belong to `context()`.
  void Adopt(Socket socket, ConnectionCount::Admission admission);
  /// Ends the thread when its sessions have ended, which those that linger on after `patience` are
  /// made to do. Join() waits for it.
  void Drain(std::chrono::milliseconds patience);
  void Join();

  // From sessions, on the loop's own thread.
  [[nodiscard]] const ServerOptions& options() const { return environment_.options; }
  [[nodiscard]] const Limits& limits() const { return environment_.options.limits; }
  [[nodiscard]] ssl_ctx_st* tls() const { return environment_.tls; }
  [[nodiscard]] MemoryBudget& request_memory() const { return environment_.request_memory; }
  [[nodiscard]] base::HttpHandler& handler() const { return environment_.handler; }
  [[nodiscard]] bool draining() const { return draining_; }
  /// The time of the last second's beginning, as the Date header wants it.
  [[nodiscard]] std::string_view date() const { return date_; }
  void SessionBegan(Session& session);
  void SessionEnded();

 private:
  using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                           asio::wait_traits<std::chrono::steady_clock>, Executor>;
  using Sessions = boost::intrusive::list<Session, boost::intrusive::constant_time_size<false>>;

  void Tick();
  void UpdateDate();
  void BeginDrain(std::chrono::milliseconds patience);
  void AbortSessions();
  void EndIfDrained();

  Environment environment_;
  Sessions sessions_;
  bool draining_ = false;
  std::array<char, 30> date_memory_{};
  std::string_view date_;
  asio::io_context context_{1};
  std::optional<asio::executor_work_guard<Executor>> keep_running_;
  Timer tick_timer_;
  Timer patience_timer_;
  std::thread thread_;
};

}  // namespace coffer::net
