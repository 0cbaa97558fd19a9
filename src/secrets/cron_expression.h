#pragma once

#include <bitset>
#include <chrono>
#include <optional>
#include <string_view>

namespace coffer::secrets {

/// Numbers of a cron field, each as it is written there.
using CronNumbers = std::bitset<32>;

/// What a `cron()` of a rotation schedule says: on which days of the UTC calendar, and at which
/// hours of them, a window opens. Either days of the month or days of the week are meant, never
/// both (one of the two fields is `?`), so a day fits when any of the members for days has it.
struct CronExpression {
  CronNumbers hours;          ///< 0 to 23; at least one.
  CronNumbers months;         ///< 1 to 12; at least one.
  CronNumbers days;           ///< 1 to 31: of the month.
  bool last_day = false;      ///< `L`: the last of the month.
  CronNumbers weekdays;       ///< 1 (Sunday) to 7: every such day.
  CronNumbers last_weekdays;  ///< `SUNL`, `1L`: the last such day of the month.
  /// `TUE#3`: the third Tuesday of the month.
  std::optional<std::chrono::weekday_indexed> nth_weekday;

  bool operator==(const CronExpression&) const = default;
};

/// `fields` is what stands between the brackets of `cron()`: `0 16 1,15 * ? *`. Nullopt unless it
/// has the six fields with single blanks between them and keeps to what Secrets Manager allows:
///
///     Minutes       0
///     Hours         0-23             , * /    four hours apart at least, within a day
///     Day-of-month  1-31             , - * / L ?
///     Month         1-12, JAN-DEC    , - * /
///     Day-of-week   1-7, SUN-SAT     , - * / L # ?
///     Year          *
///
/// Names and `L` are good in either letter case. `/8` is `*/8`. A range of months or weekdays may
/// run over the end (SAT-SUN). A weekday's `L` may stand in the field for days of the month, as
/// AWS's documentation has it there. An expression that no date fits (30 February) is refused.
[[nodiscard]] std::optional<CronExpression> ParseCronExpression(std::string_view fields);

/// Whether windows open on `day`.
[[nodiscard]] bool IsDayOf(const CronExpression& cron, std::chrono::sys_days day);

/// The first day on or after `from` on which windows open: at most 40 years later (a fifth Monday
/// in February around a year such as 2100). `cron` has been parsed, so there is one.
[[nodiscard]] std::chrono::sys_days FirstDayOf(const CronExpression& cron,
                                               std::chrono::sys_days from);

}  // namespace coffer::secrets
