#pragma once

#include "coffer/random.h"
#include "coffer/rotation_executor.h"
#include "net/loopback_server.h"
#include "rotation/executors/child_process.h"
#include "rotation/executors/printed_lines.h"
#include "rotation/executors/runtime_environment.h"
#include "rotation/executors/runtime_state.h"
#include "rotation/executors/stop_event.h"

#include <chrono>
#include <condition_variable>
#include <expected>
#include <filesystem>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace coffer::rotation {

/// One process and the Runtime API that it talks to: fed with events, one at a time, until it ends.
/// `Invoke` and `TakeLines` belong to one thread; `Stop` may be called by any.
class RuntimeSession {
 public:
  struct Environment {
    const RotationFunction& function;
    const RotationFacts& facts;
    const FunctionFacing& server;
    Random& random;  ///< Of request ids.
    std::filesystem::path scratch;
    std::chrono::milliseconds init_limit;  ///< To ask for the first, or next, event.
  };

  /// Starts the process, or says in words why that cannot be done.
  [[nodiscard]] static std::expected<std::unique_ptr<RuntimeSession>, std::string> Start(
      const Environment& environment);
  RuntimeSession(const RuntimeSession&) = delete;
  RuntimeSession& operator=(const RuntimeSession&) = delete;
  ~RuntimeSession() { End(); }

  /// Runs one step. Nullopt when the process ended between steps, having done one: a new one is to
  /// be started for this step.
  [[nodiscard]] std::optional<StepOutcome> Invoke(RotationStep step);
  /// No step can be run any more.
  [[nodiscard]] bool has_ended() const;
  /// Makes a running step end soon.
  void Stop();
  /// Ends the process (SIGTERM, two seconds, SIGKILL) and waits for that.
  void End();
  /// What it has printed since the last time.
  [[nodiscard]] std::vector<std::string> TakeLines() { return lines_.Take(); }

 private:
  using Clock = std::chrono::steady_clock;

  explicit RuntimeSession(Environment environment) : environment_(std::move(environment)) {}
  std::expected<void, std::string> StartProcess();
  void RunProcess(const ChildSpec& spec, std::promise<std::expected<void, std::string>> started);

  void Handle(const net::LoopbackRequest& request, net::LoopbackReply& reply);
  void HandleNext(net::LoopbackReply& reply);
  void Deliver(net::LoopbackReply& reply);
  RuntimeReply HandlePost(std::string_view path, const net::LoopbackRequest& request);

  [[nodiscard]] bool IsOver() const { return is_stopped_ || end_ || state_.has_outcome(); }
  StepOutcome EndAtDeadline(std::unique_lock<std::mutex>& lock);

  const Environment environment_;
  StopEvent stop_;
  PrintedLines lines_;

  mutable std::mutex mutex_;  // Guards all that follows, up to the empty line.
  std::condition_variable changed_;
  RuntimeState state_;
  SecretBytes event_;
  std::string request_id_;
  std::optional<Clock::time_point> deadline_;  // Since the event was delivered.
  std::uint64_t latest_poll_ = 0;
  bool is_stopped_ = false;
  bool is_closed_ = false;  // The process has gone: nobody is to wait any more.
  bool has_served_ = false;
  std::optional<ChildEnd> end_;

  std::optional<net::LoopbackServer> server_;
  std::thread thread_;  // Of the process, which dies with the thread that started it.
};

}  // namespace coffer::rotation
