#pragma once

#include "coffer/clock.h"
#include "coffer/rotation_executor.h"
#include "rotation/ledger.h"
#include "rotation/redaction.h"
#include "services/secretsmanager/rotation_access.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::rotation {

/// What attempts work with; everything outlives them.
struct AttemptParts {
  Ledger& ledger;
  const sm::RotationAccess& access;
  const Clock& clock;
  /// The one for a kind of function; never null.
  std::function<RotationExecutor*(RotationFunctionKind)> executor_of;
};

/// How long a claim of one step of `function` lasts: its timeout and what it takes to end it.
[[nodiscard]] std::chrono::seconds LeaseOf(const RotationFunction& function);

/// One attempt of one rotation: claims the job, runs the steps in their order, each written down
/// before it begins, and ends with a verdict in the ledger. Run by one thread; Stop is for any.
class Attempt {
 public:
  /// `function` is what the job's ARN means now; null when that is nothing (any more).
  Attempt(const AttemptParts& parts, std::int64_t job_id, const RotationFunction* function)
      : parts_(parts), job_id_(job_id), function_(function) {}
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;
  ~Attempt() { ForgetLines(); }

  void Run();
  /// Ends the function as it stands. `forget`: without a verdict, so that a restart takes the job
  /// up again.
  void Stop(bool forget);

 private:
  void RunSteps(Claim& claim);
  [[nodiscard]] StepOutcome RunStep(RotationStep step);
  [[nodiscard]] StepOutcome RunFunction(RotationStep step);
  [[nodiscard]] StepOutcome CopyCurrent();
  void Conclude(Claim& claim, StepOutcome outcome);
  void ReadValues(const Claim& claim);
  void PrintLines();
  void ForgetLines();

  const AttemptParts& parts_;
  const std::int64_t job_id_;
  const RotationFunction* const function_;

  std::string secret_arn_;
  bool is_test_ = false;
  std::unique_ptr<RotationSecrets> secrets_;
  Redaction redaction_;               // Of all values that the function can know.
  bool knows_pending_ = false;        // Whether the value that is being made is among them.
  std::set<std::string> unreadable_;  // Further secrets that the rotation may not read.
  std::vector<std::string> lines_;    // Of the step that runs.
  std::optional<RotationFacts> facts_;
  std::mutex invocation_mutex_;                     // Guards what follows.
  std::unique_ptr<RotationInvocation> invocation_;  // Refers to facts_ and secrets_.
  bool stopped_ = false;
  bool forgotten_ = false;
};

}  // namespace coffer::rotation
