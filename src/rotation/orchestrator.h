#pragma once

#include "rotation/attempt.h"
#include "rotation/ledger.h"
#include "rotation/start_pace.h"
#include "secrets/function_registry.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace coffer::rotation {

/// Rotates: looks for what schedules and callers ask for, and runs it on a bounded number of
/// threads. What is due, what runs and what failed is in the database, so a restart forgets
/// nothing, and as long as nothing is due it only waits for the earliest time of all.
class Orchestrator final : public sm::RotationListener {
 public:
  struct Options {
    std::size_t concurrency = 8;   ///< Rotations at once, of all functions.
    int scheduled_per_second = 5;  ///< Begun by schedules; at least 1.
    /// How long a stop lets running steps finish.
    std::chrono::milliseconds patience{2000};
  };

  /// `parts` is kept; its references, `ledger` and `functions` must outlive this.
  Orchestrator(AttemptParts parts, const secrets::FunctionRegistry& functions, Options options);
  ~Orchestrator() override;
  Orchestrator(const Orchestrator&) = delete;
  Orchestrator& operator=(const Orchestrator&) = delete;

  void Start();
  /// Looks at once whether anything is due; after the clock was moved.
  void Wake();
  /// Ends all threads. Steps that do not finish in time are ended and taken up after a restart.
  void Stop();

  void OnRotationChange() override { Wake(); }
  void OnRotationWanted(std::int64_t secret_id) override;

 private:
  /// An attempt that was handed to a thread.
  struct Running {
    std::shared_ptr<Attempt> attempt;
    const RotationFunction* function = nullptr;  ///< Null when there is none.
    std::int64_t secret_id = 0;
  };

  void Look();
  void LookOnce();
  void StartDue();
  void HandOut();
  void HandOutByFunction();
  [[nodiscard]] bool HandOut(const std::vector<store::WakingJob>& live);
  [[nodiscard]] const RotationFunction* FunctionOf(std::int64_t job_id);
  void StopVanished();
  [[nodiscard]] std::chrono::milliseconds UntilNextLook();
  void Work();
  [[nodiscard]] bool MayRun(const RotationFunction* function, std::int64_t secret_id) const;

  AttemptParts parts_;
  const secrets::FunctionRegistry& functions_;
  Options options_;

  mutable std::mutex mutex_;  // Guards what follows.
  std::condition_variable woken_;
  std::condition_variable handed_out_;
  std::condition_variable finished_;
  bool is_woken_ = false;
  bool is_stopping_ = false;
  std::vector<std::int64_t> wanted_;
  std::deque<std::int64_t> queue_;           // Handed out, not begun.
  std::map<std::int64_t, Running> running_;  // By job, those of the queue included.

  // Of the thread that looks.
  StartPace pace_;
  bool has_backlog_ = false;   // More is due than may begin now, or has been looked at.
  std::string last_function_;  // Up to which long queues have been looked at.
  // Which function each waiting job has, so that its head is not read again and again.
  std::map<std::int64_t, const RotationFunction*> functions_of_jobs_;

  std::vector<std::thread> threads_;
};

}  // namespace coffer::rotation
