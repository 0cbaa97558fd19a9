#pragma once

#include "coffer/result.h"
#include "secrets/cron_expression.h"

#include <chrono>
#include <string_view>
#include <variant>

namespace coffer::secrets {

struct RateInHours {
  std::chrono::hours every;  ///< 4 to 23.

  bool operator==(const RateInHours&) const = default;
};

struct RateInDays {
  std::chrono::days every;  ///< 1 to 999; to 1000 when it comes from AutomaticallyAfterDays.

  bool operator==(const RateInDays&) const = default;
};

/// When the rotation windows of a secret open; always UTC.
using ScheduleExpression = std::variant<RateInHours, RateInDays, CronExpression>;

/// `rate(10 days)`, `rate(1 hours)` or `cron(0 16 1,15 * ? *)`: AWS's RotationRules,
/// ScheduleExpression. The units `hour`, `hours`, `day` and `days` go with any number.
/// InvalidParameter with AWS's texts.
[[nodiscard]] Result<ScheduleExpression> ParseScheduleExpression(std::string_view text);

}  // namespace coffer::secrets
