#include "secrets/rotation_window.h"

#include "support/matchers.h"
#include "support/utc.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::secrets {
namespace {

using test::Text;
using test::Utc;

/// `30` (days) or an expression, and a duration behind it: `30 for 2h`.
RotationRules Rules(const std::string& text) {
  RotationRules rules;
  const std::size_t end = text.find(" for ");
  const std::string schedule = text.substr(0, end);
  if (end != std::string::npos) rules.duration = text.substr(end + 5);
  if (schedule.find('(') == std::string::npos) {
    rules.automatically_after_days = std::stoll(schedule);
  } else {
    rules.schedule_expression = schedule;
  }
  return rules;
}

RotationSchedule Schedule(const std::string& text) {
  return ParseRotationRules(Rules(text)).value().value();
}

/// Configured in good time, rotated since.
RotationHistory RotatedAt(const std::string& time) {
  return {.configured = Utc("2020-01-01T12:34:56"),
          .last_rotated = Utc(time),
          .last_changed_by_hand = std::nullopt};
}

RotationHistory ConfiguredAt(const std::string& time) {
  return {
      .configured = Utc(time), .last_rotated = std::nullopt, .last_changed_by_hand = std::nullopt};
}

std::string Text(const RotationWindow& window) {
  return Text(window.begin) + " to " + Text(window.end);
}

std::string Text(const std::optional<RotationWindow>& window) {
  return window ? Text(*window) : "closed";
}

TEST(RotationWindowTest, DatesRecordedOnAws) {
  struct Case {
    std::string rules;
    std::string last_rotated;
    std::string next_rotation_date;
    std::int64_t days;
  };
  const std::vector<Case> cases = {
      {"30", "2026-01-22T06:42:22.340", "2026-02-21T23:59:59", 30},
      {"30", "2024-02-22T07:16:15.807", "2024-03-23T23:59:59", 30},
      {"cron(0 0 ? * 2 *)", "2023-10-16T07:18:02.417", "2023-10-23T23:59:59", 7},
      {"rate(4 hours)", "2026-01-22T04:04:59", "2026-01-22T08:59:59", 1},
      {"rate(10 hours)", "2026-01-22T04:04:59", "", 1},
      {"cron(0 16 1,15 * ? *) for 2h", "2026-11-01T16:20:00", "2026-11-15T17:59:59", 14},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.rules + " after " + c.last_rotated);
    const RotationHistory history = RotatedAt(c.last_rotated);
    EXPECT_EQ(Shown(Rules(c.rules), history).automatically_after_days, c.days);
    if (c.next_rotation_date.empty()) continue;  // Only the days are recorded.
    EXPECT_EQ(Text(NextRotationDate(Schedule(c.rules), history)), c.next_rotation_date);
  }
}

TEST(RotationWindowTest, TheNextRotationDateIsTheLastSecondOfTheWindow) {
  struct Case {
    std::string rules;
    std::string last_rotated;
    std::string next_rotation_date;
  };
  const std::vector<Case> cases = {
      // The date counts, not the hour.
      {"1", "2026-11-22T23:59:58", "2026-11-23T23:59:59"},
      {"1", "2026-11-23T00:00:01", "2026-11-24T23:59:59"},
      {"1", "2026-11-23T00:00:00", "2026-11-24T23:59:59"},
      {"rate(1 day)", "2026-12-31T10:00:00", "2027-01-01T23:59:59"},
      {"rate(10 days)", "2027-02-20T10:00:00", "2027-03-02T23:59:59"},
      {"rate(10 days)", "2028-02-20T10:00:00", "2028-03-01T23:59:59"},
      {"365", "2027-03-01T00:00:00", "2028-02-29T23:59:59"},
      {"1000", "2026-11-22T10:00:00", "2029-08-18T23:59:59"},
      {"30 for 2h", "2026-01-22T06:42:22", "2026-02-21T01:59:59"},
      {"30 for 24h", "2026-01-22T06:42:22", "2026-02-21T23:59:59"},
      // Hours.
      {"rate(4 hours)", "2026-11-22T03:59:59", "2026-11-22T04:59:59"},
      {"rate(4 hours)", "2026-11-22T04:00:00", "2026-11-22T08:59:59"},
      {"rate(4 hours)", "2026-12-31T20:30:00", "2027-01-01T00:59:59"},
      {"rate(4 hours) for 4h", "2026-11-22T03:59:59", "2026-11-22T07:59:59"},
      {"rate(12 hours) for 3h", "2026-11-22T11:00:00", "2026-11-22T14:59:59"},
      // cron.
      {"cron(0 0 * * ? *)", "2026-11-22T06:00:00", "2026-11-23T23:59:59"},
      {"cron(0 8 * * ? *)", "2026-11-22T06:00:00", "2026-11-22T23:59:59"},
      {"cron(0 8 * * ? *)", "2026-11-22T08:00:00", "2026-11-23T23:59:59"},
      {"cron(0 8 * * ? *) for 1h", "2026-11-22T06:00:00", "2026-11-22T08:59:59"},
      {"cron(0 /8 * * ? *)", "2026-11-22T06:00:00", "2026-11-22T08:59:59"},
      {"cron(0 2/10 * * ? *)", "2026-11-22T12:30:00", "2026-11-22T22:59:59"},
      {"cron(0 2/10 * * ? *)", "2026-11-22T22:30:00", "2026-11-23T02:59:59"},
      {"cron(0 2/10 * * ? *) for 2h", "2026-11-22T12:30:00", "2026-11-22T23:59:59"},
      {"cron(0 16 1,15 * ? *) for 2h", "2027-02-15T17:00:00", "2027-03-01T17:59:59"},
      {"cron(0 16 1,15 * ? *) for 2h", "2026-12-15T16:00:00", "2027-01-01T17:59:59"},
      {"cron(0 16 1,15 * ? *) for 2h", "2026-12-15T15:59:59", "2026-12-15T17:59:59"},
      {"cron(0 17 L * ? *)", "2027-01-31T18:00:00", "2027-02-28T23:59:59"},
      {"cron(0 17 L * ? *)", "2028-01-31T18:00:00", "2028-02-29T23:59:59"},
      {"cron(0 17 L * ? *)", "2028-02-29T18:00:00", "2028-03-31T23:59:59"},
      {"cron(0 0 31 * ? *)", "2027-03-31T18:00:00", "2027-05-31T23:59:59"},
      {"cron(0 0 29 2 ? *)", "2028-02-29T18:00:00", "2032-02-29T23:59:59"},
      {"cron(0 10 ? * TUE#3 *)", "2026-11-17T10:00:00", "2026-12-15T23:59:59"},
      {"cron(0 0 ? * SUNL *)", "2026-11-22T10:00:00", "2026-11-29T23:59:59"},
      {"cron(0 0 ? 1/3 MON-FRI *)", "2026-10-30T10:00:00", "2027-01-01T23:59:59"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.rules + " after " + c.last_rotated);
    const auto date = NextRotationDate(Schedule(c.rules), RotatedAt(c.last_rotated));
    EXPECT_EQ(Text(date), c.next_rotation_date);
    EXPECT_EQ(date, Utc(c.next_rotation_date));  // Without milliseconds.
  }
}

TEST(RotationWindowTest, SchedulesCountFromTheLastRotationOrChangeByHand) {
  RotationHistory history = ConfiguredAt("2026-01-05T10:00:00");
  const RotationSchedule monthly = Schedule("30");
  EXPECT_EQ(Text(AnchorOf(history)), "2026-01-05T10:00:00");

  // A value older than the configuration counts for nothing until there was a rotation.
  history.last_changed_by_hand = Utc("2025-12-01");
  EXPECT_EQ(Text(NextRotationDate(monthly, history)), "2026-02-04T23:59:59");

  history.last_rotated = Utc("2026-02-04T05:00:00");
  EXPECT_EQ(Text(NextRotationDate(monthly, history)), "2026-03-06T23:59:59");

  history.last_changed_by_hand = Utc("2026-02-24T15:00:00");
  EXPECT_EQ(Text(NextRotationDate(monthly, history)), "2026-03-26T23:59:59");

  // New rules for a secret that was rotated keep counting from there.
  history.configured = Utc("2026-03-01T10:00:00");
  EXPECT_EQ(Text(NextRotationDate(Schedule("60"), history)), "2026-04-25T23:59:59");
}

TEST(RotationWindowTest, WindowsBeforeTheConfigurationNeverWere) {
  struct Case {
    std::string rules;
    std::string configured;
    std::string due;
  };
  // All were last rotated on 1 January, long before.
  const std::vector<Case> cases = {
      {"30", "2026-06-10T09:30:00", "2026-06-10T00:00:00 to 2026-06-11T00:00:00"},
      {"30 for 9h", "2026-06-10T09:30:00", "2026-06-11T00:00:00 to 2026-06-11T09:00:00"},
      {"30 for 10h", "2026-06-10T09:30:00", "2026-06-10T00:00:00 to 2026-06-10T10:00:00"},
      {"160", "2026-06-10T09:30:00", "2026-06-10T00:00:00 to 2026-06-11T00:00:00"},
      {"160 for 2h", "2026-06-10T09:30:00", "2026-06-11T00:00:00 to 2026-06-11T02:00:00"},
      {"161", "2026-06-10T09:30:00", "2026-06-11T00:00:00 to 2026-06-12T00:00:00"},
      {"rate(4 hours)", "2026-06-10T09:30:00", "2026-06-10T12:00:00 to 2026-06-10T13:00:00"},
      {"cron(0 8 * * ? *)", "2026-06-10T09:30:00", "2026-06-11T08:00:00 to 2026-06-12T00:00:00"},
      {"cron(0 8 * * ? *)", "2026-06-10T07:30:00", "2026-06-10T08:00:00 to 2026-06-11T00:00:00"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.rules + " at " + c.configured);
    RotationHistory history = ConfiguredAt(c.configured);
    history.last_rotated = Utc("2026-01-01T07:00:00");
    const auto times = RotationTimesAt(Schedule(c.rules), history, history.configured);
    EXPECT_EQ(Text(times.due), c.due);
    EXPECT_FALSE(times.overdue);
  }
}

TEST(RotationWindowTest, RatesInHoursAreCountedOnFromTheMidnightBeforeTheConfiguration) {
  struct Case {
    std::string rules;
    std::string begins;
  };
  // What follows one another from the configuration at 09:30 on.
  const std::vector<Case> cases = {
      {"rate(4 hours)", "12 16 20 00 04 08 12"},  {"rate(6 hours)", "12 18 00 06 12 18 00"},
      {"rate(10 hours)", "10 20 06 16 02 12 22"}, {"rate(23 hours)", "23 22 21 20 19 18 17"},
      {"rate(7 hours)", "14 21 04 11 18 01 08"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.rules);
    RotationHistory history = ConfiguredAt("2026-12-31T09:30:00");
    std::string begins;
    for (int i = 0; i < 7; ++i) {
      const auto due = RotationTimesAt(Schedule(c.rules), history, history.configured).due;
      EXPECT_EQ(due.end - due.begin, std::chrono::hours(1));
      begins += (i == 0 ? "" : " ") + Text(due.begin).substr(11, 2);
      history.last_rotated = due.begin + std::chrono::minutes(17);
    }
    EXPECT_EQ(begins, c.begins);
  }
}

TEST(RotationWindowTest, AWindowOfARateInHoursIsCutAtTheEndOfTheDay) {
  const auto times = RotationTimesAt(Schedule("rate(10 hours) for 10h"),
                                     ConfiguredAt("2026-11-22T15:00:00"), Utc("2026-11-22T21:00"));

  EXPECT_EQ(Text(times.open), "2026-11-22T20:00:00 to 2026-11-23T00:00:00");
  EXPECT_EQ(Text(times.next), "2026-11-23T06:00:00 to 2026-11-23T16:00:00");
}

struct TimesCase {
  std::string rules;
  std::string last_rotated;
  std::string now;
  std::string open;
  std::string next;
  bool overdue;
};

void ExpectTimes(const std::vector<TimesCase>& cases) {
  for (const TimesCase& c : cases) {
    SCOPED_TRACE(c.rules + " after " + c.last_rotated + " at " + c.now);
    const RotationSchedule schedule = Schedule(c.rules);
    const RotationHistory history = RotatedAt(c.last_rotated);
    const auto times = RotationTimesAt(schedule, history, Utc(c.now));
    EXPECT_EQ(Text(times.open), c.open);
    EXPECT_EQ(Text(times.next), c.next);
    EXPECT_EQ(times.overdue, c.overdue);
    EXPECT_EQ(times.due.end - std::chrono::seconds(1), NextRotationDate(schedule, history));
  }
}

TEST(RotationWindowTest, ARotationMayStartFromTheFirstToTheLastMomentOfAWindow) {
  const std::string day = "2026-02-21T00:00:00 to 2026-02-22T00:00:00";
  const std::string day_after = "2026-02-22T00:00:00 to 2026-02-23T00:00:00";
  const std::string evening = "2026-11-22T16:00:00 to 2026-11-22T18:00:00";
  const std::string evening_after = "2026-11-23T16:00:00 to 2026-11-23T18:00:00";
  const std::string daily = "cron(0 16 * * ? *) for 2h";
  ExpectTimes({
      {"30", "2026-01-22T06:42", "2026-01-22T06:43", "closed", day, false},
      {"30", "2026-01-22T06:42", "2026-02-20T23:59:59.999", "closed", day, false},
      {"30", "2026-01-22T06:42", "2026-02-21", day, day_after, false},
      {"30", "2026-01-22T06:42", "2026-02-21T23:59:59.999", day, day_after, false},
      {daily, "2026-11-21T16:05", "2026-11-22T15:59:59.999", "closed", evening, false},
      {daily, "2026-11-21T16:05", "2026-11-22T16:00", evening, evening_after, false},
      {daily, "2026-11-21T16:05", "2026-11-22T17:59:59.999", evening, evening_after, false},
      // Used up by a rotation inside it, at its first moment too.
      {daily, "2026-11-22T16:00", "2026-11-22T16:30", "closed", evening_after, false},
      // A clock that went back does not open a window again.
      {daily, "2026-11-22T16:30", "2026-11-22T16:10", "closed", evening_after, false},
      {daily, "2026-11-22T16:30", "2026-11-20T16:10", "closed", evening_after, false},
  });
}

TEST(RotationWindowTest, AMissedWindowOfADayIsMadeUpForAndOneOfCertainHoursIsNot) {
  const std::string today = "2026-11-24T00:00:00 to 2026-11-25T00:00:00";
  const std::string tomorrow = "2026-11-25T00:00:00 to 2026-11-26T00:00:00";
  const std::string now = "2026-11-24T12:30";
  ExpectTimes({
      {"30", "2026-10-23T07:00", now, today, tomorrow, true},
      {"rate(10 days)", "2026-01-01T07:00", now, today, tomorrow, true},
      // Certain hours of any later day.
      {"30 for 2h", "2026-10-23T07:00", now, "closed", "2026-11-25T00:00:00 to 2026-11-25T02:00:00",
       true},
      {"30 for 2h", "2026-10-23T07:00", "2026-11-24T01:30",
       "2026-11-24T00:00:00 to 2026-11-24T02:00:00", "2026-11-25T00:00:00 to 2026-11-25T02:00:00",
       true},
      {"cron(0 0 ? * MON *)", "2026-11-16T07:00", now, today,
       "2026-11-30T00:00:00 to 2026-12-01T00:00:00", true},
      {"cron(0 16 ? * MON *)", "2026-11-16T17:00", now, today,
       "2026-11-30T16:00:00 to 2026-12-01T00:00:00", true},
      {"cron(0 16 * * ? *)", "2026-11-22T17:00", now, "2026-11-24T00:00:00 to 2026-11-24T16:00:00",
       "2026-11-24T16:00:00 to 2026-11-25T00:00:00", true},
      {"cron(0 16 * * ? *)", "2026-11-22T17:00", "2026-11-24T17:30",
       "2026-11-24T16:00:00 to 2026-11-25T00:00:00", "2026-11-25T16:00:00 to 2026-11-26T00:00:00",
       true},
      {"cron(0 16 ? * MON *) for 2h", "2026-11-16T17:00", now, "closed",
       "2026-11-30T16:00:00 to 2026-11-30T18:00:00", true},
      {"cron(0 /8 * * ? *)", "2026-11-24T00:10", now, "closed",
       "2026-11-24T16:00:00 to 2026-11-24T17:00:00", true},
      {"rate(4 hours)", "2026-11-24T00:10", now, "2026-11-24T12:00:00 to 2026-11-24T13:00:00",
       "2026-11-24T16:00:00 to 2026-11-24T17:00:00", true},
      {"rate(4 hours)", "2026-11-24T00:10", "2026-11-24T13:30", "closed",
       "2026-11-24T16:00:00 to 2026-11-24T17:00:00", true},
  });
}

TEST(RotationWindowTest, RulesAreShownAsGivenWithTheComputedDays) {
  struct Case {
    std::string rules;
    std::string last_rotated;
    std::int64_t days;
  };
  const std::vector<Case> cases = {
      {"1", "2026-11-22", 1},
      {"30 for 3h", "2026-11-22", 30},
      {"rate(10 days)", "2026-11-22T23:00:00", 10},
      {"rate(23 hours)", "2026-11-22T23:00:00", 1},
      {"cron(0 /8 * * ? *)", "2026-11-22T00:10:00", 1},
      {"cron(0 8 * * ? *)", "2026-11-22T08:10:00", 1},
      {"cron(0 16 1,15 * ? *) for 2h", "2026-11-15T16:10:00", 16},
      {"cron(0 17 L * ? *)", "2027-01-31T18:00:00", 28},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.rules);
    const RotationRules given = Rules(c.rules);
    const RotationRules shown = Shown(given, RotatedAt(c.last_rotated));
    EXPECT_EQ(shown.automatically_after_days, c.days);
    EXPECT_EQ(shown.duration, given.duration);
    EXPECT_EQ(shown.schedule_expression, given.schedule_expression);
  }
  EXPECT_EQ(Shown(Rules("cron(0 0 ? * 2 *)"), ConfiguredAt("2026-11-26")).automatically_after_days,
            4);
  const RotationRules none{
      .automatically_after_days = {}, .duration = "2h", .schedule_expression = {}};
  EXPECT_EQ(Shown(none, ConfiguredAt("2026-11-26")), none);
}

}  // namespace
}  // namespace coffer::secrets
