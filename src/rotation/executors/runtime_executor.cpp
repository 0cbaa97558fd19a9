#include "rotation/executors/runtime_executor.h"

#include "rotation/executors/outcomes.h"
#include "rotation/executors/runtime_session.h"

#include <cstring>
#include <mutex>
#include <optional>
#include <string>

namespace coffer::rotation {
namespace {

class RuntimeInvocation final : public RotationInvocation {
 public:
  RuntimeInvocation(RuntimeSession::Environment environment, RotationExecutor::LineSink print)
      : environment_(std::move(environment)), print_(std::move(print)) {}
  RuntimeInvocation(const RuntimeInvocation&) = delete;
  RuntimeInvocation& operator=(const RuntimeInvocation&) = delete;
  ~RuntimeInvocation() override { EndSession(); }

  StepOutcome Run(RotationStep step) override {
    while (true) {
      if (session_ != nullptr && session_->has_ended()) EndSession();
      if (session_ == nullptr) {
        if (auto failure = StartSession()) return *std::move(failure);
      }
      const auto outcome = session_->Invoke(step);
      Print(*session_);
      // Nullopt from a session that has served; a fresh one answers, so that this ends.
      if (outcome) return *outcome;
    }
  }

  void Stop() override {
    const std::scoped_lock lock(mutex_);
    is_stopped_ = true;
    if (session_ != nullptr) session_->Stop();
  }

 private:
  std::optional<StepOutcome> StartSession() {
    {
      const std::scoped_lock lock(mutex_);
      if (is_stopped_) return Stopped();
    }
    auto started = RuntimeSession::Start(environment_);
    if (!started) return Infrastructure("Rotation.NotStarted", std::move(started).error());
    const std::scoped_lock lock(mutex_);
    session_ = *std::move(started);
    if (is_stopped_) return Stopped();
    return std::nullopt;
  }

  void EndSession() {
    std::unique_ptr<RuntimeSession> session;
    {
      const std::scoped_lock lock(mutex_);
      session = std::move(session_);
    }
    if (session == nullptr) return;
    session->End();
    Print(*session);
  }

  void Print(RuntimeSession& session) {
    for (std::string& line : session.TakeLines()) {
      print_(line);
      ::explicit_bzero(line.data(), line.size());
    }
  }

  const RuntimeSession::Environment environment_;
  RotationExecutor::LineSink print_;
  std::mutex mutex_;  // Guards what follows against Stop; Run alone changes the session.
  std::unique_ptr<RuntimeSession> session_;
  bool is_stopped_ = false;
};

}  // namespace

std::unique_ptr<RotationInvocation> RuntimeExecutor::Begin(const RotationFunction& function,
                                                           const RotationFacts& facts,
                                                           RotationSecrets&, LineSink print) {
  return std::make_unique<RuntimeInvocation>(
      RuntimeSession::Environment{.function = function,
                                  .facts = facts,
                                  .server = options_.server,
                                  .random = random_,
                                  .scratch = options_.scratch,
                                  .init_limit = options_.init_limit},
      std::move(print));
}

}  // namespace coffer::rotation
