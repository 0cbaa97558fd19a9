#pragma once

#include "coffer/error.h"
#include "coffer/rotation_executor.h"

#include <cstdint>
#include <string>

/// Outcomes that several kinds of executors have.
namespace coffer::rotation {

[[nodiscard]] StepOutcome FunctionError(std::string type, std::string message);
[[nodiscard]] StepOutcome Infrastructure(std::string type, std::string message);
/// In Lambda's words.
[[nodiscard]] StepOutcome TimedOut(std::int64_t timeout_seconds);
/// After `RotationInvocation::Stop`.
[[nodiscard]] StepOutcome Stopped();
/// The vault refused what the executor asked for in the rotation's name.
[[nodiscard]] StepOutcome Refused(const ApiError& error);

}  // namespace coffer::rotation
