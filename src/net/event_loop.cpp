#include "net/event_loop.h"

#include "base/log.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <ctime>
#include <exception>

namespace coffer::net {
namespace {

// One timer for all deadlines of a thread: arming one for every read would cost more than the read.
constexpr std::chrono::seconds kTick{1};

void LogFailure(const std::exception_ptr& failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    base::log::Error("connection.failed", {{"reason", error.what()}});
  }
}

}  // namespace

EventLoop::EventLoop(const Environment& environment)
    : environment_(environment),
      keep_running_(context_.get_executor()),
      tick_timer_(context_),
      patience_timer_(context_) {}

EventLoop::~EventLoop() { Join(); }

void EventLoop::Start() {
  asio::post(context_, [this] { Tick(); });
  thread_ = std::thread([this] { context_.run(); });
}

void EventLoop::Adopt(Socket socket, ConnectionCount::Admission admission) {
  auto session = std::make_unique<Session>(std::move(socket), std::move(admission), *this);
  asio::co_spawn(context_, Session::Run(std::move(session)), LogFailure);
}

void EventLoop::Drain(std::chrono::milliseconds patience) {
  asio::post(context_, [this, patience] { BeginDrain(patience); });
}

void EventLoop::Join() {
  if (thread_.joinable()) thread_.join();
}

void EventLoop::SessionBegan(Session& session) { sessions_.push_back(session); }

void EventLoop::SessionEnded() { EndIfDrained(); }

void EventLoop::Tick() {
  UpdateDate();
  const auto now = std::chrono::steady_clock::now();
  for (Session& session : sessions_) session.Tick(now);
  tick_timer_.expires_at(now + kTick);
  tick_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && keep_running_) Tick();
  });
}

void EventLoop::UpdateDate() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  const std::size_t size = std::strftime(date_memory_.data(), date_memory_.size(),
                                         "%a, %d %b %Y %H:%M:%S GMT", ::gmtime_r(&now, &parts));
  date_ = {date_memory_.data(), size};
}

void EventLoop::BeginDrain(std::chrono::milliseconds patience) {
  draining_ = true;
  for (Session& session : sessions_) session.Drain();
  patience_timer_.expires_after(patience);
  patience_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) AbortSessions();
  });
  EndIfDrained();
}

void EventLoop::AbortSessions() {
  for (Session& session : sessions_) session.Abort();
}

void EventLoop::EndIfDrained() {
  if (!draining_ || !sessions_.empty()) return;
  tick_timer_.cancel();
  patience_timer_.cancel();
  keep_running_.reset();
}

}  // namespace coffer::net
