#include "rotation/executors/outcomes.h"

#include <utility>

namespace coffer::rotation {

StepOutcome FunctionError(std::string type, std::string message) {
  return {.kind = StepOutcome::Kind::kFunctionError,
          .error_type = std::move(type),
          .message = std::move(message)};
}

StepOutcome Infrastructure(std::string type, std::string message) {
  return {.kind = StepOutcome::Kind::kInfrastructure,
          .error_type = std::move(type),
          .message = std::move(message)};
}

StepOutcome TimedOut(std::int64_t timeout_seconds) {
  return {.kind = StepOutcome::Kind::kTimedOut,
          .error_type = "Sandbox.Timeout",
          .message = "Task timed out after " + std::to_string(timeout_seconds) + ".00 seconds"};
}

StepOutcome Stopped() { return Infrastructure("Rotation.Stopped", "the rotation was stopped"); }

StepOutcome Refused(const ApiError& error) {
  if (error.code == ErrorCode::kInternalServiceError || error.code == ErrorCode::kThrottling) {
    return Infrastructure("Rotation.Unavailable", error.message);
  }
  return FunctionError("Rotation.Refused", error.message);
}

}  // namespace coffer::rotation
