#include "rotation/executors/child_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <optional>
#include <poll.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

namespace coffer::rotation {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kGrace{2};
/// Between looks at a process where the kernel gives no descriptor for it.
constexpr std::chrono::milliseconds kLook{50};
constexpr std::size_t kPiece = std::size_t{32} * 1024;

/// Writing to a pipe whose reader has gone raises SIGPIPE, which would end the server. Keeps it
/// from this thread while the object lives, and takes away one that was raised.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    ::sigemptyset(&sigpipe_);
    ::sigaddset(&sigpipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;
  ~WithoutSigpipe() {
    if (::sigismember(&before_, SIGPIPE) == 1) return;
    const timespec at_once{};
    while (::sigtimedwait(&sigpipe_, nullptr, &at_once) < 0 && errno == EINTR) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t sigpipe_{};
  sigset_t before_{};
};

int MillisecondsUntil(Clock::time_point moment) {
  if (moment == Clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(moment - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000));
}

}  // namespace

/// One run of `ChildProcess::Communicate`.
class ChildConversation {
 public:
  ChildConversation(ChildProcess& child, const ChildProcess::Exchange& exchange,
                    const StopEvent& stop)
      : child_(child), exchange_(exchange), stop_(stop), input_left_(exchange.input) {}
  ChildConversation(const ChildConversation&) = delete;
  ChildConversation& operator=(const ChildConversation&) = delete;
  // What a function prints can hold a secret.
  ~ChildConversation() { ::explicit_bzero(piece_.data(), piece_.size()); }

  ChildEnd Run() {
    const WithoutSigpipe guard;
    while (!HasEnded()) {
      if (!ending_ && Clock::now() >= exchange_.deadline) Terminate(ChildEnd::Reason::kDeadline);
      if (ending_ && !killed_ && Clock::now() >= kill_at_) {
        child_.Kill(SIGKILL);
        killed_ = true;
      }
      Wait();
    }
    // Not yet reaped, so that the group's id cannot have become somebody else's.
    child_.Kill(SIGKILL);
    DrainWhatIsLeft();
    ChildEnd end = child_.Reap();
    if (ending_) end.reason = *ending_;
    return end;
  }

 private:
  [[nodiscard]] bool HasEnded() const {
    siginfo_t facts{};
    const int result =
        ::waitid(P_PID, static_cast<id_t>(child_.pid_), &facts, WEXITED | WNOHANG | WNOWAIT);
    return (result == 0 && facts.si_pid != 0) || (result != 0 && errno == ECHILD);
  }

  void Terminate(ChildEnd::Reason reason) {
    ending_ = reason;
    kill_at_ = Clock::now() + kGrace;
    child_.Kill(SIGTERM);
  }

  [[nodiscard]] int Patience() const {
    const auto next = killed_ ? Clock::time_point::max() : ending_ ? kill_at_ : exchange_.deadline;
    const int patience = MillisecondsUntil(next);
    if (child_.pid_descriptor_.valid()) return patience;
    const int look = static_cast<int>(kLook.count());
    return patience < 0 ? look : std::min(patience, look);
  }

  void Wait() {
    if (input_left_.empty()) child_.pipes_.input.Close();
    std::array<pollfd, 5> watched{
        pollfd{.fd = child_.pid_descriptor_.get(), .events = POLLIN, .revents = 0},
        pollfd{.fd = ending_ ? -1 : stop_.descriptor(), .events = POLLIN, .revents = 0},
        pollfd{.fd = child_.pipes_.input.get(), .events = POLLOUT, .revents = 0},
        pollfd{.fd = child_.pipes_.output.get(), .events = POLLIN, .revents = 0},
        pollfd{.fd = child_.pipes_.error.get(), .events = POLLIN, .revents = 0}};
    if (::poll(watched.data(), watched.size(), Patience()) <= 0) return;
    if (watched[1].revents != 0) Terminate(ChildEnd::Reason::kStopped);
    if (watched[2].revents != 0) Feed();
    if (watched[3].revents != 0) Read(child_.pipes_.output, exchange_.standard_output);
    if (watched[4].revents != 0) Read(child_.pipes_.error, exchange_.standard_error);
  }

  void Feed() {
    const ssize_t written =
        ::write(child_.pipes_.input.get(), input_left_.data(), input_left_.size());
    if (written > 0) {
      input_left_.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EAGAIN && errno != EINTR) {
      input_left_ = {};  // It does not want to know more.
    }
  }

  /// Reads once; false when there is nothing to be read now.
  bool Read(base::FileDescriptor& pipe, const ChildProcess::Sink& sink) {
    const ssize_t got = ::read(pipe.get(), piece_.data(), piece_.size());
    if (got > 0) {
      sink({piece_.data(), static_cast<std::size_t>(got)});
      return true;
    }
    if (got == 0 || (errno != EAGAIN && errno != EINTR)) pipe.Close();
    return false;
  }

  // Only what a pipe can hold: a process that escaped the group may print for ever.
  void DrainWhatIsLeft() {
    constexpr std::size_t kMost = std::size_t{1024} * 1024 / kPiece;
    for (std::size_t i = 0; i < kMost && child_.pipes_.output.valid(); ++i) {
      if (!Read(child_.pipes_.output, exchange_.standard_output)) break;
    }
    for (std::size_t i = 0; i < kMost && child_.pipes_.error.valid(); ++i) {
      if (!Read(child_.pipes_.error, exchange_.standard_error)) break;
    }
  }

  ChildProcess& child_;
  const ChildProcess::Exchange& exchange_;
  const StopEvent& stop_;
  std::string_view input_left_;
  std::optional<ChildEnd::Reason> ending_;  // Why it was told to end.
  bool killed_ = false;
  Clock::time_point kill_at_;
  std::array<char, kPiece> piece_{};
};

ChildEnd ChildProcess::Communicate(const Exchange& exchange, const StopEvent& stop) {
  return ChildConversation(*this, exchange, stop).Run();
}

}  // namespace coffer::rotation
