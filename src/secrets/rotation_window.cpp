#include "secrets/rotation_window.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <variant>

namespace coffer::secrets {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::sys_days;

// For each kind of expression:
//   FirstOf(kind, history, duration)    where the first unused window begins,
//   NextOf(kind, first, now)            where the first one after now does, first being <= now,
//   LatestOf(kind, first, now)          where the latest one until now did, if that was today.

/// Before this nothing is due.
Timestamp UsedUntil(const RotationHistory& history) {
  return std::max(AnchorOf(history), history.configured);
}

Timestamp EndOf(Timestamp begin, hours length) {
  // AWS: a window "must not extend into the next UTC day".
  return std::min<Timestamp>(begin + length, floor<days>(begin) + days(1));
}

Timestamp FirstOf(const RateInDays& rate, const RotationHistory& history,
                  std::optional<hours> duration) {
  const sys_days due = floor<days>(AnchorOf(history)) + rate.every;
  const auto has_closed = [&](sys_days day) {
    return EndOf(day, duration.value_or(days(1))) <= history.configured;
  };
  if (!has_closed(due)) return due;
  const auto configured = floor<days>(history.configured);
  return has_closed(configured) ? configured + days(1) : configured;
}

Timestamp NextOf(const RateInDays& /*rate*/, Timestamp /*first*/, Timestamp now) {
  return floor<days>(now) + days(1);
}

std::optional<Timestamp> LatestOf(const RateInDays& /*rate*/, Timestamp /*first*/, Timestamp now) {
  return floor<days>(now);
}

std::optional<Timestamp> LatestOf(const RateInHours& rate, Timestamp first, Timestamp now) {
  return first + (now - first) / rate.every * rate.every;
}

Timestamp NextOf(const RateInHours& rate, Timestamp first, Timestamp now) {
  return first + ((now - first) / rate.every + 1) * rate.every;
}

Timestamp FirstOf(const RateInHours& rate, const RotationHistory& history,
                  std::optional<hours> /*duration*/) {
  return NextOf(rate, floor<days>(history.configured), UsedUntil(history));
}

std::optional<hours> FirstHourOf(const CronExpression& cron, hours from) {
  for (hours hour = from; hour < days(1); ++hour) {
    if (cron.hours.test(static_cast<std::size_t>(hour.count()))) return hour;
  }
  return std::nullopt;
}

Timestamp NextOf(const CronExpression& cron, Timestamp /*first*/, Timestamp now) {
  const sys_days today = floor<days>(now);
  if (IsDayOf(cron, today)) {
    if (const auto hour = FirstHourOf(cron, floor<hours>(now - today) + hours(1))) {
      return today + *hour;
    }
  }
  return FirstDayOf(cron, today + days(1)) + FirstHourOf(cron, hours(0)).value_or(hours(0));
}

Timestamp FirstOf(const CronExpression& cron, const RotationHistory& history,
                  std::optional<hours> /*duration*/) {
  const Timestamp used = UsedUntil(history);
  return NextOf(cron, used, used);
}

std::optional<Timestamp> LatestOf(const CronExpression& cron, Timestamp /*first*/, Timestamp now) {
  const sys_days today = floor<days>(now);
  if (!IsDayOf(cron, today)) return std::nullopt;
  for (hours hour = floor<hours>(now - today); hour >= hours(0); --hour) {
    if (cron.hours.test(static_cast<std::size_t>(hour.count()))) return today + hour;
  }
  return std::nullopt;
}

/// How long windows are without a duration. AWS: in hours "closes after one hour", in days "at the
/// end of the day".
hours UsualLengthOf(const ScheduleExpression& expression) {
  const auto* const cron = std::get_if<CronExpression>(&expression);
  const bool is_in_hours = std::holds_alternative<RateInHours>(expression) ||
                           (cron != nullptr && cron->hours.count() > 1);
  return is_in_hours ? hours(1) : hours(days(1));
}

RotationWindow WindowAt(const RotationSchedule& schedule, Timestamp begin) {
  const hours length = schedule.duration.value_or(UsualLengthOf(schedule.expression));
  return {.begin = begin, .end = EndOf(begin, length)};
}

RotationWindow DueWindow(const RotationSchedule& schedule, const RotationHistory& history) {
  const auto first =
      std::visit([&](const auto& kind) { return FirstOf(kind, history, schedule.duration); },
                 schedule.expression);
  return WindowAt(schedule, first);
}

/// Whether a missed window is made up for on any day: it stood for the day, not for certain hours.
bool IsOfDays(const RotationSchedule& schedule) {
  return !schedule.duration && UsualLengthOf(schedule.expression) == days(1);
}

}  // namespace

Timestamp AnchorOf(const RotationHistory& history) {
  const Timestamp rotated = history.last_rotated.value_or(history.configured);
  return std::max(rotated, history.last_changed_by_hand.value_or(rotated));
}

RotationTimes RotationTimesAt(const RotationSchedule& schedule, const RotationHistory& history,
                              Timestamp now) {
  RotationTimes times;
  times.due = DueWindow(schedule, history);
  times.next = times.due;
  times.overdue = times.due.end <= now;
  if (now < times.due.begin) return times;

  std::visit(
      [&](const auto& kind) {
        times.next = WindowAt(schedule, NextOf(kind, times.due.begin, now));
        if (const auto begin = LatestOf(kind, times.due.begin, now)) {
          times.open = WindowAt(schedule, *begin);
        }
      },
      schedule.expression);
  if (times.open && times.open->end <= now) times.open.reset();
  if (!times.open && times.overdue && IsOfDays(schedule)) {
    const sys_days today = floor<days>(now);
    times.open = RotationWindow{.begin = today,
                                .end = std::min<Timestamp>(today + days(1), times.next.begin)};
  }
  return times;
}

Timestamp NextRotationDate(const RotationSchedule& schedule, const RotationHistory& history) {
  return DueWindow(schedule, history).end - std::chrono::seconds(1);
}

RotationRules Shown(RotationRules rules, const RotationHistory& history) {
  if (!rules.schedule_expression) return rules;
  const auto parsed = ParseRotationRules(rules);
  const auto schedule = parsed.value_or(std::nullopt);
  if (!schedule) return rules;  // Cannot be: what is stored has been parsed before.
  if (const auto* const rate = std::get_if<RateInDays>(&schedule->expression)) {
    rules.automatically_after_days = rate->every.count();
    return rules;
  }
  const auto due = floor<days>(DueWindow(*schedule, history).begin);
  const days distance = due - floor<days>(UsedUntil(history));
  rules.automatically_after_days = std::max<std::int64_t>(1, distance.count());
  return rules;
}

}  // namespace coffer::secrets
