#pragma once

#include "base/http_message.h"
#include "net/asio_types.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/post.hpp>

#include <optional>
#include <utility>

namespace coffer::net {

/// The `resume` function of a PendingReply: wakes the waiting session on its own thread, whichever
/// thread calls it. If it is dropped without a call the session is woken too and told so.
template <class Handler>
class Resumption {
 public:
  explicit Resumption(Handler handler) : handler_(std::move(handler)) {}
  Resumption(Resumption&& other) noexcept : handler_(std::exchange(other.handler_, std::nullopt)) {}
  Resumption& operator=(Resumption&&) = delete;
  // NOLINTNEXTLINE(bugprone-exception-escape): what can be thrown is that memory is short.
  ~Resumption() { Wake(false); }
  void operator()() { Wake(true); }

 private:
  void Wake(bool answered) {
    if (!handler_) return;
    const auto executor = asio::get_associated_executor(*handler_);
    auto wake = [handler = std::move(*handler_), answered]() mutable {
      std::move(handler)(answered);
    };
    handler_.reset();
    asio::post(executor, std::move(wake));
  }

  std::optional<Handler> handler_;
};

/// Starts `work` and suspends until it has filled the reply; answers false if it was given up.
inline Awaitable<bool> AwaitReply(base::PendingReply work) {
  // A reference capture only, and a name: g++ 12 miscompiles other lambdas around co_await.
  auto start = [&work](auto handler) { work(Resumption(std::move(handler))); };
  asio::use_awaitable_t<Executor> token;
  auto answered =
      asio::async_initiate<asio::use_awaitable_t<Executor>, void(bool)>(std::move(start), token);
  co_return co_await std::move(answered);
}

}  // namespace coffer::net
