#include "secrets/schedule_expression.h"

#include "support/matchers.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::secrets {
namespace {

using test::FailsWith;
using test::IsOk;

constexpr auto kInvalid = "Invalid schedule expression.";
constexpr auto kHours = "Rate in hour should be least 4 and less than 24.";
constexpr auto kDays = "Rate in day should be greater than 0 and less than 1000.";

TEST(ScheduleExpressionTest, RatesAreInHoursOrDays) {
  struct Case {
    std::string text;
    ScheduleExpression meaning;
  };
  const std::vector<Case> cases = {
      {"rate(4 hours)", RateInHours{std::chrono::hours(4)}},
      {"rate(4 hour)", RateInHours{std::chrono::hours(4)}},
      {"rate(23 hours)", RateInHours{std::chrono::hours(23)}},
      {"rate(1 day)", RateInDays{std::chrono::days(1)}},
      {"rate(1 days)", RateInDays{std::chrono::days(1)}},
      {"rate(10 day)", RateInDays{std::chrono::days(10)}},
      {"rate(010 days)", RateInDays{std::chrono::days(10)}},
      {"rate(999 days)", RateInDays{std::chrono::days(999)}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const auto expression = ParseScheduleExpression(c.text);
    ASSERT_THAT(expression, IsOk());
    EXPECT_TRUE(*expression == c.meaning);
  }
}

TEST(ScheduleExpressionTest, RatesHaveBounds) {
  struct Case {
    std::string text;
    std::string message;
  };
  const std::vector<Case> cases = {
      {"rate(0 hours)", kHours},
      {"rate(1 hour)", kHours},
      {"rate(3 hours)", kHours},
      {"rate(24 hours)", kHours},
      {"rate(99999999999999999999 hours)", kHours},
      {"rate(0 days)", kDays},
      {"rate(1000 days)", kDays},
      {"rate(4294967297 days)", kDays},
      {"rate(99999999999999999999 days)", kDays},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_THAT(ParseScheduleExpression(c.text),
                FailsWith(ErrorCode::kInvalidParameter, c.message));
  }
}

TEST(ScheduleExpressionTest, AnythingElseIsInvalid) {
  const std::vector<std::string> cases = {
      "",
      "rate",
      "rate(",
      "rate)",
      "rate()",
      "rate( )",
      "rate(4)",
      "rate(hours)",
      "rate( hours)",
      "rate(4hours)",
      "rate( 4 hours)",
      "rate(4  hours)",
      "rate(4 hours )",
      "rate(4 hours) ",
      " rate(4 hours)",
      "rate(4 hours",
      "rate 4 hours",
      "rate((4 hours))",
      "rate(-4 hours)",
      "rate(+4 hours)",
      "rate(4.5 hours)",
      "rate(0x5 hours)",
      "rate(5 minutes)",
      "rate(1 week)",
      "rate(4 Hours)",
      "Rate(4 hours)",
      "at(2027-01-01T00:00:00)",
      "cron",
      "cron(",
      "cron()",
      "cron(0 0 * * ?)",
      "cron(0 0 * * ? * *)",
      "cron(30 0 * * ? *)",
      "cron(0 0 * * ? 2027)",
      "cron(0 0 * * * *)",
      "cron(0 0 ? * ? *)",
      "cron(0 * * * ? *)",
      "cron(0 0 30 2 ? *)",
      "cron (0 0 * * ? *)",
      "cron(0 0 * * ? *",
      "0 0 * * ? *",
      "CRON(0 0 * * ? *)",
      "@daily",
  };
  for (const std::string& text : cases) {
    SCOPED_TRACE(text);
    EXPECT_THAT(ParseScheduleExpression(text), FailsWith(ErrorCode::kInvalidParameter, kInvalid));
  }
}

TEST(ScheduleExpressionTest, CronIsWhatStandsBetweenTheBrackets) {
  // The examples of AWS's documentation.
  for (const std::string fields :
       {"0 /8 * * ? *", "0 8/8 * * ? *", "0 2/10 * * ? *", "0 8 * * ? *", "0 0 ? * SUN#1 *",
        "0 0 ? * 3 *", "0 16 1,15 * ? *", "0 10 ? * TUE#3 *", "0 0 ? * SAT *", "0 0 1 * ? *",
        "0 6 ? * 3#3 *", "0 17 L * ? *", "0 16 ? 1/3 2 *", "0 0 SUNL * ? *"}) {
    SCOPED_TRACE(fields);
    const auto expression = ParseScheduleExpression("cron(" + fields + ")");
    ASSERT_THAT(expression, IsOk());
    const auto cron = ParseCronExpression(fields);
    ASSERT_TRUE(cron);
    EXPECT_TRUE(*expression == ScheduleExpression(*cron));
  }
}

}  // namespace
}  // namespace coffer::secrets
