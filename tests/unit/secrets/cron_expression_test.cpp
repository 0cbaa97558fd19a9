#include "secrets/cron_expression.h"

#include "support/utc.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::secrets {
namespace {

using std::chrono::sys_days;
using test::Text;
using test::Utc;

sys_days Day(const std::string& text) { return std::chrono::floor<std::chrono::days>(Utc(text)); }

std::string Numbers(const CronNumbers& numbers) {
  std::string text;
  for (std::size_t number = 0; number < numbers.size(); ++number) {
    if (numbers.test(number)) text += (text.empty() ? "" : " ") + std::to_string(number);
  }
  return text;
}

/// The hours of a field that is accepted, or the word `refused`.
std::string Hours(const std::string& field) {
  const auto cron = ParseCronExpression("0 " + field + " * * ? *");
  return cron ? Numbers(cron->hours) : "refused";
}

TEST(CronExpressionTest, HoursAreFourApart) {
  struct Case {
    std::string field;
    std::string hours;
  };
  const std::vector<Case> cases = {
      {"0", "0"},
      {"00", "0"},
      {"08", "8"},
      {"23", "23"},
      {"0/4", "0 4 8 12 16 20"},
      {"/8", "0 8 16"},
      {"*/8", "0 8 16"},
      {"8/8", "8 16"},
      {"2/10", "2 12 22"},
      {"4/12", "4 16"},
      {"20/8", "20"},
      {"0/23", "0 23"},
      {"1,5", "1 5"},
      {"12,4,20", "4 12 20"},
      {"0,4/8", "0 4 12 20"},
      {"5,5", "5"},
      {"*", "refused"},
      {"?", "refused"},
      {"0-6", "refused"},
      {"0-0", "refused"},
      {"0-23/4", "refused"},
      {"0/3", "refused"},
      {"22/3", "refused"},
      {"*/1", "refused"},
      {"/0", "refused"},
      {"0/24", "refused"},
      {"0/", "refused"},
      {"/", "refused"},
      {"0/4/4", "refused"},
      {"0,2", "refused"},
      {"0,8,11", "refused"},
      {"0,*/8,6", "refused"},
      {"0,", "refused"},
      {",0", "refused"},
      {"24", "refused"},
      {"000", "refused"},
      {"-1", "refused"},
      {"+1", "refused"},
      {"L", "refused"},
      {"0L", "refused"},
      {"SUN", "refused"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.field);
    EXPECT_EQ(Hours(c.field), c.hours);
  }
}

std::string Months(const std::string& field) {
  const auto cron = ParseCronExpression("0 0 ? " + field + " 1 *");
  return cron ? Numbers(cron->months) : "refused";
}

TEST(CronExpressionTest, MonthsHaveListsRangesStepsAndNames) {
  struct Case {
    std::string field;
    std::string months;
  };
  const std::vector<Case> cases = {
      {"*", "1 2 3 4 5 6 7 8 9 10 11 12"},
      {"1", "1"},
      {"12", "12"},
      {"JAN,APR,JUL,OCT", "1 4 7 10"},
      {"jan,Feb", "1 2"},
      {"1/3", "1 4 7 10"},
      {"/6", "1 7"},
      {"*/6", "1 7"},
      {"MAR-JUN", "3 4 5 6"},
      {"3-JUN", "3 4 5 6"},
      {"NOV-FEB", "1 2 11 12"},
      {"OCT-APR/2", "2 4 10 12"},
      {"1-12/5", "1 6 11"},
      {"JAN,3-4,DEC", "1 3 4 12"},
      {"0", "refused"},
      {"13", "refused"},
      {"JANU", "refused"},
      {"JA", "refused"},
      {"SUN", "refused"},
      {"?", "refused"},
      {"L", "refused"},
      {"1#2", "refused"},
      {"1/13", "refused"},
      {"1-", "refused"},
      {"-1", "refused"},
      {"1-2-3", "refused"},
      {"1--2", "refused"},
      {"1/JAN", "refused"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.field);
    EXPECT_EQ(Months(c.field), c.months);
  }
}

/// The days of February 2027 (a Monday to a Sunday, four weeks) and of the leap one of 2028 (a
/// Tuesday to a Tuesday) that fit, or `refused`.
std::string DaysOfTwoFebruaries(const std::string& days_and_weekdays) {
  const std::size_t blank = days_and_weekdays.find(' ');
  const auto cron = ParseCronExpression("0 0 " + days_and_weekdays.substr(0, blank) + " *" +
                                        days_and_weekdays.substr(blank) + " *");
  if (!cron) return "refused";
  std::string text;
  for (const std::string month : {"2027-02", "2028-02"}) {
    const sys_days first = Day(month);
    const sys_days end = Day(month.substr(0, 4) + "-03");
    for (sys_days day = first; day < end; day += std::chrono::days(1)) {
      if (IsDayOf(*cron, day)) text += std::to_string((day - first).count() + 1) + " ";
    }
    text += month == "2027-02" ? "| " : "";
  }
  return text;
}

TEST(CronExpressionTest, DaysAreOfTheMonthOrOfTheWeek) {
  struct Case {
    std::string fields;
    std::string days;
  };
  const std::vector<Case> cases = {
      {"1 ?", "1 | 1 "},
      {"29 ?", "| 29 "},
      {"31 ?", "| "},
      {"1,15 ?", "1 15 | 1 15 "},
      {"10-12 ?", "10 11 12 | 10 11 12 "},
      {"5/10 ?", "5 15 25 | 5 15 25 "},
      {"/10 ?", "1 11 21 | 1 11 21 "},
      {"20-31/4 ?", "20 24 28 | 20 24 28 "},
      {"L ?", "28 | 29 "},
      {"l ?", "28 | 29 "},
      {"1,L ?", "1 28 | 1 29 "},
      {"SUNL ?", "28 | 27 "},
      {"tueL ?", "23 | 29 "},
      {"? 1", "7 14 21 28 | 6 13 20 27 "},
      {"? SUN", "7 14 21 28 | 6 13 20 27 "},
      {"? sat", "6 13 20 27 | 5 12 19 26 "},
      {"? L", "6 13 20 27 | 5 12 19 26 "},
      {"? SUNL", "28 | 27 "},
      {"? 1L", "28 | 27 "},
      {"? 3L", "23 | 29 "},
      {"? 2L,6L", "22 26 | 25 28 "},
      {"? TUE#1", "2 | 1 "},
      {"? TUE#3", "16 | 15 "},
      {"? 3#3", "16 | 15 "},
      {"? 3#5", "| 29 "},
      {"? MON#5", "| "},
      {"? SAT-SUN", "6 7 13 14 20 21 27 28 | 5 6 12 13 19 20 26 27 "},
      {"? 2/3", "1 4 8 11 15 18 22 25 | 3 7 10 14 17 21 24 28 "},
      {"? */6", "6 7 13 14 20 21 27 28 | 5 6 12 13 19 20 26 27 "},
      {"? MON,WED", "1 3 8 10 15 17 22 24 | 2 7 9 14 16 21 23 28 "},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.fields);
    EXPECT_EQ(DaysOfTwoFebruaries(c.fields), c.days);
  }
  EXPECT_EQ(DaysOfTwoFebruaries("* ?"), DaysOfTwoFebruaries("? *"));
  EXPECT_EQ(DaysOfTwoFebruaries("? MON-FRI"), DaysOfTwoFebruaries("? 2-6"));
}

TEST(CronExpressionTest, OtherDaysAreRefused) {
  const std::vector<std::string> cases = {
      // Exactly one of the two is `?`.
      "* *",
      "? ?",
      "1 1",
      "L *",
      "SUNL *",
      "1,? ?",
      "? 1,?",
      // Of the month.
      "0 ?",
      "32 ?",
      "W ?",
      "3W ?",
      "LW ?",
      "L-3 ?",
      "15L ?",
      "1L ?",
      "JANL ?",
      "SUN ?",
      "1#1 ?",
      "31-1 ?",
      "1/0 ?",
      "1/32 ?",
      "L/2 ?",
      "1-L ?",
      "LL ?",
      " ?",
      ", ?",
      "1,,2 ?",
      // Of the week.
      "? 0",
      "? 8",
      "? SUNDAY",
      "? JAN",
      "? 2#0",
      "? 2#6",
      "? 2#",
      "? #2",
      "? #",
      "? 2#1#1",
      "? 2#1,4#1",
      "? 2#1,4",
      "? 1,2#1",
      "? SUNL#1",
      "? LL",
      "? 0L",
      "? 8L",
      "? 3W",
      "? MON-",
      "? 1/8",
      "? 1-2L",
      "? ",
  };
  for (const std::string& fields : cases) {
    SCOPED_TRACE(fields);
    EXPECT_EQ(DaysOfTwoFebruaries(fields), "refused");
  }
}

TEST(CronExpressionTest, SixFieldsMinuteZeroEveryYear) {
  EXPECT_TRUE(ParseCronExpression("0 16 1,15 * ? *"));
  const std::vector<std::string> cases = {
      "",
      "0",
      "     ",
      "0 0 * * ?",
      "0 0 * * ? * *",
      "30 0 * * ? *",
      "00 0 * * ? *",
      "* 0 * * ? *",
      "0/15 0 * * ? *",
      "0 0 * * ? 2027",
      "0 0 * * ? ?",
      "0 0 * * ? */2",
      " 0 0 * * ? *",
      "0 0 * * ? * ",
      "0  0 * * ? *",
      "0\t0 * * ? *",
      "0 0 * * ? *)",
  };
  for (const std::string& fields : cases) {
    SCOPED_TRACE(fields);
    EXPECT_FALSE(ParseCronExpression(fields));
  }
}

TEST(CronExpressionTest, AnExpressionThatNoDateFitsIsRefused) {
  for (const std::string fields :
       {"0 0 30 2 ? *", "0 0 31 FEB,APR,JUN,SEP,NOV ? *", "0 0 30-31 FEB ? *"}) {
    SCOPED_TRACE(fields);
    EXPECT_FALSE(ParseCronExpression(fields));
  }
  for (const std::string fields : {"0 0 29 2 ? *", "0 0 30,L 2 ? *", "0 0 31,SUNL 2 ? *",
                                   "0 0 31 2,3 ? *", "0 0 ? 2 MON#5 *"}) {
    SCOPED_TRACE(fields);
    EXPECT_TRUE(ParseCronExpression(fields));
  }
}

TEST(CronExpressionTest, TheNextDayIsFoundAcrossMonthsAndLeapYears) {
  struct Case {
    std::string fields;
    std::string from;
    std::string day;
  };
  const std::vector<Case> cases = {
      {"0 0 * * ? *", "2026-12-31", "2026-12-31"},
      {"0 0 1 * ? *", "2026-12-02", "2027-01-01"},
      {"0 0 31 * ? *", "2027-01-31", "2027-01-31"},
      {"0 0 31 * ? *", "2027-02-01", "2027-03-31"},
      {"0 0 31 * ? *", "2027-04-01", "2027-05-31"},
      {"0 0 L 2 ? *", "2027-01-01", "2027-02-28"},
      {"0 0 L 2 ? *", "2027-03-01", "2028-02-29"},
      {"0 0 29 2 ? *", "2026-11-22", "2028-02-29"},
      {"0 0 29 2 ? *", "2096-03-01", "2104-02-29"},
      {"0 0 29 2 ? *", "1996-03-01", "2000-02-29"},
      {"0 0 ? 2 MON#5 *", "2026-11-22", "2044-02-29"},
      {"0 0 ? 2 MON#5 *", "2072-03-01", "2112-02-29"},
      {"0 0 ? DEC SUNL *", "2026-12-28", "2027-12-26"},
      {"0 0 ? * TUE#3 *", "2026-11-18", "2026-12-15"},
      {"0 0 15 JAN ? *", "2026-01-16", "2027-01-15"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.fields + " from " + c.from);
    const auto cron = ParseCronExpression(c.fields);
    ASSERT_TRUE(cron);
    EXPECT_EQ(Text(FirstDayOf(*cron, Day(c.from))), c.day + "T00:00:00");
  }
}

}  // namespace
}  // namespace coffer::secrets
