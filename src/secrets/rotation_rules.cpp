#include "secrets/rotation_rules.h"

#include "base/ascii.h"

#include <algorithm>
#include <charconv>
#include <variant>

namespace coffer::secrets {
namespace {

using std::chrono::hours;

constexpr hours kDay = std::chrono::days(1);

Result<ScheduleExpression> ParseDays(std::int64_t days) {
  // The model's bounds, which a request's shape has checked with another text.
  if (days < 1 || days > 1000) {
    return Fail(ErrorCode::kInvalidParameter,
                "RotationRules.AutomaticallyAfterDays must be within 1-1000.");
  }
  return RateInDays{std::chrono::days(days)};
}

Result<hours> ParseDuration(std::string_view text) {
  constexpr std::size_t kLongest = 3;
  int number = 0;
  if (text.size() <= kLongest && IsDurationText(text)) {
    std::from_chars(text.data(), text.data() + text.size() - 1, number);
  }
  if (number < 1 || hours(number) > kDay) {
    return Fail(ErrorCode::kInvalidParameter, "Duration must be at least 1 hour, at most 24 hour.");
  }
  return hours(number);
}

/// Where the windows of a day open, and how close two of them come.
struct Openings {
  hours last{0};
  hours closest = kDay;
};

Openings OpeningsOf(const CronExpression& cron) {
  Openings openings;
  std::optional<hours> previous;
  for (hours hour(0); hour < kDay; ++hour) {
    if (!cron.hours.test(static_cast<std::size_t>(hour.count()))) continue;
    if (previous) openings.closest = std::min(openings.closest, hour - *previous);
    openings.last = hour;
    previous = hour;
  }
  return openings;
}

/// Windows of a rate in hours are cut at the end of the day instead.
Openings OpeningsOf(const RateInHours& rate) { return {.closest = rate.every}; }
Openings OpeningsOf(const RateInDays& /*rate*/) { return {}; }

Result<void> CheckDuration(hours duration, const ScheduleExpression& expression) {
  const Openings openings =
      std::visit([](const auto& kind) { return OpeningsOf(kind); }, expression);
  if (duration > openings.closest) {
    return Fail(ErrorCode::kInvalidParameter, "Duration cannot be greater than Rate in hour.");
  }
  if (openings.last + duration > kDay) {
    return Fail(ErrorCode::kInvalidParameter, "Starting hour and duration must be within a day.");
  }
  return {};
}

}  // namespace

bool IsDurationText(std::string_view text) {
  return text.size() > 1 && text.back() == 'h' &&
         std::ranges::all_of(text.substr(0, text.size() - 1), base::IsDigit);
}

bool IsScheduleExpressionText(std::string_view text) {
  constexpr std::string_view kPunctuation = "()#?*-/, ";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return base::IsAlphanumeric(c) || kPunctuation.find(c) != std::string_view::npos;
  });
}

Result<std::optional<RotationSchedule>> ParseRotationRules(const RotationRules& rules) {
  if (rules.automatically_after_days && rules.schedule_expression) {
    return Fail(ErrorCode::kInvalidParameter,
                "You cannot specify both rotation frequency and schedule expression together.");
  }
  std::optional<RotationSchedule> schedule;
  if (rules.automatically_after_days) {
    ASSIGN_OR_RETURN(const auto expression, ParseDays(*rules.automatically_after_days));
    schedule.emplace(expression, std::nullopt);
  } else if (rules.schedule_expression) {
    ASSIGN_OR_RETURN(const auto expression, ParseScheduleExpression(*rules.schedule_expression));
    schedule.emplace(expression, std::nullopt);
  }
  if (rules.duration) {
    ASSIGN_OR_RETURN(const hours duration, ParseDuration(*rules.duration));
    if (!schedule) return schedule;
    RETURN_IF_ERROR(CheckDuration(duration, schedule->expression));
    schedule->duration = duration;
  }
  return schedule;
}

}  // namespace coffer::secrets
