#include "base/ascii.h"
#include "secrets/rotation_window.h"
#include "support/plain_cron.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

// Rules come from anyone who may rotate a secret, and are looked at again and again by the
// scheduler. The input is an expression, a duration and up to twelve bytes of times, with NULs
// between the first three.

namespace {

using namespace coffer::secrets;
using coffer::Timestamp;
using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::sys_days;

void Require(bool holds) {
  if (!holds) std::abort();
}

std::string_view Take(std::string_view& input) {
  const std::string_view taken = input.substr(0, input.find('\0'));
  input.remove_prefix(std::min(taken.size() + 1, input.size()));
  return taken;
}

/// A time of the years 1970 to 2242, in steps of two seconds.
Timestamp TakeTime(std::string_view& input) {
  std::uint32_t number = 0;
  for (const char c : input.substr(0, 4)) number = number << 8U | static_cast<std::uint8_t>(c);
  input.remove_prefix(std::min<std::size_t>(4, input.size()));
  return Timestamp(std::chrono::seconds(std::int64_t{2} * number));
}

void CheckWindow(const RotationWindow& window) {
  Require(window.begin == floor<hours>(window.begin));
  Require(window.end - window.begin >= hours(1));
  Require(window.end <= floor<days>(window.begin) + days(1));
}

void CheckTimes(const RotationSchedule& schedule, const RotationHistory& history, Timestamp now) {
  const RotationTimes times = RotationTimesAt(schedule, history, now);
  CheckWindow(times.due);
  CheckWindow(times.next);
  Require(times.due.end > std::max(AnchorOf(history), history.configured));
  Require(times.next.begin > now && times.next.begin >= times.due.begin);
  Require(times.overdue == (times.due.end <= now));
  if (times.open) {
    CheckWindow(*times.open);
    Require(times.open->begin <= now && now < times.open->end);
    Require(times.open->end <= times.next.begin);
  }
  Require(RotationTimesAt(schedule, history, times.next.begin).open == times.next);
  Require(RotationTimesAt(schedule, history, times.next.begin - hours(1)).next == times.next);
}

/// The window after `now` is the first one that a second opinion finds in the next two years.
void CheckCron(const RotationSchedule& schedule, std::string_view fields, Timestamp now) {
  static std::pair<sys_days, coffer::test::PlainDate> calendar;  // Counting from 1970 takes long.
  const sys_days today = floor<days>(now);
  if (today < calendar.first) calendar = {};
  for (; calendar.first < today; calendar.first += days(1)) calendar.second.Next();

  const RotationHistory history{.configured = now, .last_rotated = {}, .last_changed_by_hand = {}};
  const Timestamp begin = RotationTimesAt(schedule, history, now).due.begin;
  const coffer::test::PlainCron plain(fields);
  coffer::test::PlainDate date = calendar.second;
  for (sys_days day = today; day < today + days(731) && day <= begin; day += days(1), date.Next()) {
    const bool opens = plain.OpensOn(date);
    if (opens && day > today) {
      Require(day == floor<days>(begin));
    } else if (!opens) {
      Require(day != floor<days>(begin));
    }
    for (hours hour(0); hour < days(1) && opens; ++hour) {
      if (day + hour <= now || day + hour > begin) continue;
      const bool opens_now = plain.OpensAt(date, static_cast<int>(hour.count()));
      Require(opens_now == (day + hour == begin));
    }
  }
}

/// An expression means the same with its names in lower case.
void CheckLetterCase(std::string_view text, const ScheduleExpression& expression) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), coffer::base::ToLower);
  const auto again = ParseScheduleExpression(lower);
  Require(again && *again == expression);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kCron = "cron(";
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view text = Take(input);
  const std::string_view duration = Take(input);
  RotationRules rules{
      .automatically_after_days = {}, .duration = {}, .schedule_expression = std::string(text)};
  if (!duration.empty()) rules.duration = duration;
  const auto parsed = ParseRotationRules(rules);
  if (!parsed) return 0;
  Require(parsed->has_value());
  Require(IsScheduleExpressionText(text) && (duration.empty() || IsDurationText(duration)));
  CheckLetterCase(text, (*parsed)->expression);

  RotationHistory history{
      .configured = TakeTime(input), .last_rotated = {}, .last_changed_by_hand = {}};
  const Timestamp now = TakeTime(input);
  if (!input.empty()) history.last_rotated = TakeTime(input);
  CheckTimes(**parsed, history, now);
  Require(Shown(rules, history).automatically_after_days.value_or(0) >= 1);
  if (text.starts_with(kCron)) {
    CheckCron(**parsed, text.substr(kCron.size(), text.size() - kCron.size() - 1), now);
  }
  return 0;
}
