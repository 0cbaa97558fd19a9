#include "secrets/rotation_rules.h"

#include "support/matchers.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::secrets {
namespace {

using std::chrono::days;
using std::chrono::hours;
using test::FailsWith;
using test::IsOk;
using Days = std::optional<std::int64_t>;
using Text = std::optional<std::string>;

RotationRules Rules(Days after_days, Text expression, Text duration) {
  return {.automatically_after_days = after_days,
          .duration = std::move(duration),
          .schedule_expression = std::move(expression)};
}

TEST(RotationRulesTest, DaysAreARateInDays) {
  for (const std::int64_t given : {1, 30, 1000}) {
    const auto schedule = ParseRotationRules(Rules(given, {}, {}));
    ASSERT_THAT(schedule, IsOk());
    ASSERT_TRUE(*schedule);
    EXPECT_TRUE((*schedule)->expression == ScheduleExpression(RateInDays{days(given)}));
    EXPECT_EQ((*schedule)->duration, std::nullopt);
  }
}

TEST(RotationRulesTest, WithoutDaysAndExpressionThereIsNoSchedule) {
  for (const Text& duration : {Text(), Text("3h")}) {
    const auto schedule = ParseRotationRules(Rules({}, {}, duration));
    ASSERT_THAT(schedule, IsOk());
    EXPECT_FALSE(*schedule);
  }
  EXPECT_THAT(ParseRotationRules(Rules({}, {}, "25h")),
              FailsWith(ErrorCode::kInvalidParameter,
                        "Duration must be at least 1 hour, at most 24 hour."));
}

TEST(RotationRulesTest, DurationsFitIntoTheirSchedule) {
  struct Case {
    Days days;
    Text expression;
    std::string duration;
    hours length;
  };
  const std::vector<Case> cases = {
      {30, {}, "1h", hours(1)},
      {30, {}, "24h", hours(24)},
      {{}, "rate(10 days)", "24h", hours(24)},
      {{}, "rate(10 days)", "03h", hours(3)},
      {{}, "rate(4 hours)", "4h", hours(4)},
      {{}, "rate(23 hours)", "23h", hours(23)},
      {{}, "cron(0 0 * * ? *)", "24h", hours(24)},
      {{}, "cron(0 23 * * ? *)", "1h", hours(1)},
      {{}, "cron(0 16 1,15 * ? *)", "2h", hours(2)},
      {{}, "cron(0 /8 * * ? *)", "8h", hours(8)},
      {{}, "cron(0 2/10 * * ? *)", "2h", hours(2)},
      {{}, "cron(0 0,4,12 * * ? *)", "4h", hours(4)},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.expression.value_or("days") + " " + c.duration);
    const auto schedule = ParseRotationRules(Rules(c.days, c.expression, c.duration));
    ASSERT_THAT(schedule, IsOk());
    ASSERT_TRUE(*schedule);
    EXPECT_EQ((*schedule)->duration, c.length);
  }
}

TEST(RotationRulesTest, RefusalsAreAwsToTheLetterAndInItsOrder) {
  constexpr auto kBoth =
      "You cannot specify both rotation frequency and schedule expression together.";
  constexpr auto kInvalid = "Invalid schedule expression.";
  constexpr auto kRateInHours = "Rate in hour should be least 4 and less than 24.";
  constexpr auto kRateInDays = "Rate in day should be greater than 0 and less than 1000.";
  constexpr auto kLength = "Duration must be at least 1 hour, at most 24 hour.";
  constexpr auto kTooLong = "Duration cannot be greater than Rate in hour.";
  constexpr auto kPastMidnight = "Starting hour and duration must be within a day.";
  constexpr auto kDays = "RotationRules.AutomaticallyAfterDays must be within 1-1000.";
  struct Case {
    Days days;
    Text expression;
    Text duration;
    std::string message;
  };
  const std::vector<Case> cases = {
      {7, "rate(7 days)", {}, kBoth},
      {7, "nonsense", "99h", kBoth},
      {0, {}, {}, kDays},
      {1001, {}, {}, kDays},
      {-1, {}, {}, kDays},
      {{}, "nonsense", {}, kInvalid},
      {{}, "", {}, kInvalid},
      {{}, "nonsense", "99h", kInvalid},
      {{}, "rate(3 hours)", "99h", kRateInHours},
      {{}, "rate(1000 days)", "99h", kRateInDays},
      {30, {}, "0h", kLength},
      {30, {}, "00h", kLength},
      {30, {}, "25h", kLength},
      {30, {}, "99h", kLength},
      {30, {}, "1d", kLength},
      {30, {}, "h", kLength},
      {30, {}, "100h", kLength},
      {30, {}, "12", kLength},
      {30, {}, "", kLength},
      {30, {}, "-1h", kLength},
      {{}, "cron(0 23 * * ? *)", "25h", kLength},
      {{}, "rate(4 hours)", "5h", kTooLong},
      {{}, "rate(23 hours)", "24h", kTooLong},
      {{}, "cron(0 /8 * * ? *)", "9h", kTooLong},
      {{}, "cron(0 20,0,5 * * ? *)", "6h", kTooLong},
      {{}, "cron(0 23 * * ? *)", "2h", kPastMidnight},
      {{}, "cron(0 1 * * ? *)", "24h", kPastMidnight},
      {{}, "cron(0 2/10 * * ? *)", "3h", kPastMidnight},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.expression.value_or("days") + " " + c.duration.value_or("no duration"));
    EXPECT_THAT(ParseRotationRules(Rules(c.days, c.expression, c.duration)),
                FailsWith(ErrorCode::kInvalidParameter, c.message));
  }
}

TEST(RotationRulesTest, PatternsAreThoseOfTheModel) {
  for (const std::string text : {"1h", "24h", "99h", "100h"}) EXPECT_TRUE(IsDurationText(text));
  for (const std::string text : {"", "h", "1", "1d", "h1", "1H", "1h ", "-1h", "1.5h", "1hh"}) {
    EXPECT_FALSE(IsDurationText(text)) << text;
  }
  for (const std::string text : {"rate(5 minutes)", "cron(0 /8 1,L-2 JAN#1 ? *)", " ", "x"}) {
    EXPECT_TRUE(IsScheduleExpressionText(text)) << text;
  }
  for (const std::string text :
       {"", "rate(4.5 hours)", "at(00:00)", "rate(4\thours)", "\xc3\xa9"}) {
    EXPECT_FALSE(IsScheduleExpressionText(text)) << text;
  }
}

}  // namespace
}  // namespace coffer::secrets
