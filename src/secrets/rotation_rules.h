#pragma once

#include "coffer/result.h"
#include "secrets/schedule_expression.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::secrets {

/// AWS's RotationRules as a caller gave them, which is also how they are stored: as a whole, never
/// merged with earlier ones. `Shown` makes of them what DescribeSecret and ListSecrets answer.
struct RotationRules {
  std::optional<std::int64_t> automatically_after_days;
  std::optional<std::string> duration;             ///< Of the window: `3h`.
  std::optional<std::string> schedule_expression;  ///< See ParseScheduleExpression.

  bool operator==(const RotationRules&) const = default;
};

/// What rules mean.
struct RotationSchedule {
  ScheduleExpression expression;
  /// How long a window stays open, 1 to 24 hours; absent = as is usual for the expression.
  std::optional<std::chrono::hours> duration;

  bool operator==(const RotationSchedule&) const = default;
};

/// `[0-9]+h`, the pattern of Duration in AWS's model.
[[nodiscard]] bool IsDurationText(std::string_view text);
/// `[0-9A-Za-z\(\)#\?\*\-\/, ]+`, the pattern of ScheduleExpression in AWS's model.
[[nodiscard]] bool IsScheduleExpressionText(std::string_view text);

/// Checks rules and says what they mean; nullopt when they name neither days nor an expression, and
/// so no schedule. InvalidParameter with AWS's texts, in this order: both given, a bad expression,
/// a duration outside of 1 to 24 hours, one that reaches the next window, one that reaches the next
/// UTC day. `AutomaticallyAfterDays` of N is `rate(N days)`.
[[nodiscard]] Result<std::optional<RotationSchedule>> ParseRotationRules(
    const RotationRules& rules);

}  // namespace coffer::secrets
