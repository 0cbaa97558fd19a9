#include "secrets/rotation_window.h"
#include "support/plain_cron.h"
#include "support/utc.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::secrets {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::sys_days;
using test::PlainCron;
using test::PlainDate;
using test::Text;
using test::Utc;
using Generator = std::mt19937_64;

std::size_t Below(Generator& generator, std::size_t bound) { return generator() % bound; }

std::string Pick(Generator& generator, const std::vector<std::string>& choices) {
  return choices[Below(generator, choices.size())];
}

std::string DrawNumber(Generator& generator, std::size_t min, std::size_t max) {
  return std::to_string(min + Below(generator, max - min + 1));
}

std::string DrawElement(Generator& generator, std::size_t min, std::size_t max) {
  const auto number = [&] { return DrawNumber(generator, min, max); };
  switch (Below(generator, 5)) {
    case 0:
      return number() + "-" + number();
    case 1:
      return number() + "/" + DrawNumber(generator, 1, max);
    case 2:
      return "*/" + DrawNumber(generator, 1, max);
    default:
      return number();
  }
}

std::string DrawList(Generator& generator, std::size_t min, std::size_t max) {
  std::string list = DrawElement(generator, min, max);
  while (Below(generator, 3) == 0) list += "," + DrawElement(generator, min, max);
  return list;
}

std::string DrawDays(Generator& generator) {
  switch (Below(generator, 8)) {
    case 0:
      return "L";
    case 1:
      return "*";
    case 2:
      return Pick(generator, {"1,L", "SUNL", "10-20/3,friL", "29", "30", "31", "29-31"});
    default:
      return DrawList(generator, 1, 31);
  }
}

std::string DrawWeekdays(Generator& generator) {
  switch (Below(generator, 5)) {
    case 0:
      return DrawNumber(generator, 1, 7) + "#" + DrawNumber(generator, 1, 5);
    case 1:
      return DrawNumber(generator, 1, 7) + "L";
    case 2:
      return Pick(generator, {"*", "L", "MON-FRI", "SAT-SUN", "tue#5", "2L,6L", "WED,L"});
    default:
      return DrawList(generator, 1, 7);
  }
}

/// The fields of a `cron()`, most often a valid one.
std::string DrawFields(Generator& generator) {
  const std::string hours_field =
      Pick(generator, {"0", "5", "23", "/8", "2/10", "*/4", "20/7", "0,4,9", "1/5", "3,23"});
  const std::string months = Pick(generator, {"*", "*", "*", "2", "FEB", "1/3", "NOV-FEB", "6,9",
                                              "FEB/6", DrawList(generator, 1, 12)});
  const bool by_weekday = Below(generator, 2) == 0;
  return "0 " + hours_field + " " + (by_weekday ? "?" : DrawDays(generator)) + " " + months + " " +
         (by_weekday ? DrawWeekdays(generator) : "?") + " *";
}

/// Walks hour by hour from `from` to `end` and expects the windows of the library to begin at each
/// hour for which the second opinion is that one does, and nowhere else.
void ExpectSameOpenings(const std::string& fields, sys_days from, sys_days end) {
  const RotationSchedule schedule{.expression = *ParseCronExpression(fields), .duration = {}};
  const PlainCron plain(fields);
  PlainDate date;
  for (sys_days day{}; day < from; day += days(1)) date.Next();

  // Rotated in the hour before the first one.
  RotationHistory history{
      .configured = from - hours(1), .last_rotated = {}, .last_changed_by_hand = {}};
  RotationTimes times = RotationTimesAt(schedule, history, history.configured);
  for (sys_days day = from; day < end; day += days(1), date.Next()) {
    for (hours hour(0); hour < days(1); ++hour) {
      const Timestamp now = day + hour;
      const bool opens = plain.OpensAt(date, static_cast<int>(hour.count()));
      ASSERT_EQ(times.due.begin == now, opens)
          << Text(now) << " is due at " << Text(times.due.begin);
      if (!opens) continue;
      const RotationTimes at_begin = RotationTimesAt(schedule, history, now);
      ASSERT_EQ(at_begin.open, times.due) << Text(now);
      history.last_rotated = now;
      times = RotationTimesAt(schedule, history, now);
      ASSERT_EQ(at_begin.next, times.due) << Text(now);
      ASSERT_EQ(times.open, std::nullopt);
      ASSERT_GT(times.due.begin, now);
      ASSERT_GE(times.due.begin, at_begin.due.end) << "windows overlap";
    }
  }
}

TEST(RotationWindowPropertyTest, CronOpensWhereASecondOpinionSaysSo) {
  constexpr int kExpressions = 150;
  Generator generator(20261122);
  int valid = 0;
  while (valid < kExpressions) {
    const std::string fields = DrawFields(generator);
    if (!ParseCronExpression(fields)) continue;
    SCOPED_TRACE(fields);
    ++valid;
    const auto from = std::chrono::floor<days>(Utc("2027-06-01")) + days(Below(generator, 500));
    ASSERT_NO_FATAL_FAILURE(ExpectSameOpenings(fields, from, from + days(900)));
  }
}

TEST(RotationWindowPropertyTest, CronKnowsTheCenturyThatHasNoLeapDay) {
  for (const std::string fields :
       {"0 3 29 2 ? *", "0 0 L FEB ? *", "0 /8 ? 2 SUNL *", "0 12 ? FEB-MAR MON#5 *"}) {
    SCOPED_TRACE(fields);
    ASSERT_TRUE(ParseCronExpression(fields));
    ASSERT_NO_FATAL_FAILURE(ExpectSameOpenings(fields, std::chrono::floor<days>(Utc("2095-01-01")),
                                               std::chrono::floor<days>(Utc("2110-01-01"))));
  }
}

TEST(RotationWindowPropertyTest, TimesAgreeWithEachOther) {
  constexpr int kRounds = 20'000;
  Generator generator(1122);
  const std::vector<std::string> durations = {"1h", "2h", "3h", "4h", "6h", "12h", "24h"};
  for (int round = 0; round < kRounds; ++round) {
    RotationRules rules;
    switch (Below(generator, 4)) {
      case 0:
        rules.automatically_after_days = 1 + static_cast<int>(Below(generator, 1000));
        break;
      case 1:
        rules.schedule_expression = "rate(" + DrawNumber(generator, 4, 23) + " hours)";
        break;
      case 2:
        rules.schedule_expression = "rate(" + DrawNumber(generator, 1, 999) + " days)";
        break;
      default:
        rules.schedule_expression = "cron(" + DrawFields(generator) + ")";
        break;
    }
    if (Below(generator, 2) == 0) rules.duration = Pick(generator, durations);
    const auto schedule = ParseRotationRules(rules);
    if (!schedule) continue;
    const auto moment = [&] {
      return Utc("2026-01-01") + std::chrono::milliseconds(Below(generator, 94'672'800'000));
    };
    RotationHistory history{.configured = moment(), .last_rotated = {}, .last_changed_by_hand = {}};
    if (Below(generator, 2) == 0) history.last_rotated = moment();
    if (Below(generator, 2) == 0) history.last_changed_by_hand = moment();
    const Timestamp now = moment();
    SCOPED_TRACE(rules.schedule_expression.value_or("days") + " at " + Text(now));

    const RotationTimes times = RotationTimesAt(**schedule, history, now);

    for (const RotationWindow& window : {times.due, times.next, times.open.value_or(times.next)}) {
      ASSERT_EQ(window.begin, std::chrono::floor<hours>(window.begin));
      ASSERT_GE(window.end - window.begin, hours(1));
      ASSERT_LE(window.end, std::chrono::floor<days>(window.begin) + days(1));
    }
    ASSERT_GT(times.due.end, std::max(AnchorOf(history), history.configured));
    ASSERT_GT(times.next.begin, now);
    ASSERT_GE(times.next.begin, times.due.begin);
    ASSERT_EQ(times.overdue, times.due.end <= now);
    if (times.open) {
      ASSERT_LE(times.open->begin, now);
      ASSERT_GT(times.open->end, now);
      ASSERT_GE(times.next.begin, times.open->end);
    }
    // The next window is open once it has begun, and nothing new opens before.
    ASSERT_EQ(RotationTimesAt(**schedule, history, times.next.begin).open, times.next);
    ASSERT_EQ(RotationTimesAt(**schedule, history, times.next.begin - hours(1)).next, times.next);
  }
}

}  // namespace
}  // namespace coffer::secrets
