#pragma once

#include "coffer/rotation_executor.h"

#include <optional>
#include <string>
#include <string_view>

/// The documents that Lambda and its functions exchange.
namespace coffer::rotation {

/// The event of a step: Step, SecretId, ClientRequestToken, RotationToken.
[[nodiscard]] SecretBytes EventOf(RotationStep step, const RotationFacts& facts);

/// Lambda: `{"errorMessage", "errorType", "stackTrace", ...}`.
struct LambdaError {
  std::string type;
  std::string message;
  bool has_type = false;     ///< `errorType` is there, and a string.
  bool has_message = false;  ///< `errorMessage` is there.
  bool has_trace = false;    ///< `stackTrace` is there.
};
/// Nullopt when `body` is not a JSON object.
[[nodiscard]] std::optional<LambdaError> ReadLambdaError(std::string_view body);

/// A function's error with what can be made of its body; `type` is used where that has none.
[[nodiscard]] StepOutcome ErrorFrom(std::string_view body, std::string_view type);

/// Whether `text` is any JSON value.
[[nodiscard]] bool IsJson(std::string_view text);

}  // namespace coffer::rotation
