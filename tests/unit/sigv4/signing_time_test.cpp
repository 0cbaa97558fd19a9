#include "sigv4/signing_time.h"

#include "support/matchers.h"

#include <gtest/gtest.h>

#include <string>

namespace coffer::sigv4 {
namespace {

using coffer::test::FailsWith;
using coffer::test::IsOk;
using std::chrono::milliseconds;
using std::chrono::minutes;

Timestamp Noon() { return *ParseBasicTime("20260115T120000Z"); }

TEST(BasicTimeTest, ReadsAndWritesTheSameForm) {
  for (const std::string_view text :
       {"19700101T000000Z", "20240229T235959Z", "20260115T120000Z", "99991231T235959Z"}) {
    const auto time = ParseBasicTime(text);

    ASSERT_TRUE(time.has_value()) << text;
    EXPECT_EQ(FormatBasicTime(*time), text);
  }
  EXPECT_EQ(ParseBasicTime("20150830T123600Z")->time_since_epoch().count(), 1'440'938'160);
}

TEST(BasicTimeTest, RefusesOtherFormsAndDaysThatDoNotExist) {
  for (const std::string_view text :
       {"", "20260115", "20260115T120000", "20260115T120000Z ", "2026-01-15T12:00:00Z",
        "20260115t120000Z", "20260115T120000z", "20260015T120000Z", "20261315T120000Z",
        "20260100T120000Z", "20260132T120000Z", "20260229T120000Z", "20260115T240000Z",
        "20260115T126000Z", "20260115T120060Z", "2026011 T120000Z", "+0260115T120000Z",
        "20260115T12-100Z", "Thu, 15 Jan 2026 12:00:00 GMT"}) {
    EXPECT_FALSE(ParseBasicTime(text).has_value()) << text;
  }
}

TEST(SigningTimeTest, ExactlyTheToleranceIsAcceptedBothWays) {
  for (const std::string_view sent : {"20260115T115500Z", "20260115T120000Z", "20260115T120500Z"}) {
    EXPECT_THAT(CheckSigningTime(sent, minutes(5), Noon()), IsOk()) << sent;
    EXPECT_THAT(CheckSigningTime(sent, minutes(5), Noon() + milliseconds(999)), IsOk()) << sent;
  }
}

TEST(SigningTimeTest, RefusesWhatIsOutsideInAwsWords) {
  struct Case {
    std::string_view sent;
    minutes tolerance;
    ErrorCode code;
    std::string_view message;
  };
  const Case cases[] = {
      {"20260115T115459Z", minutes(5), ErrorCode::kInvalidSignature,
       "Signature expired: 20260115T115459Z is now earlier than 20260115T115500Z "
       "(20260115T120000Z - 5 min.)"},
      {"20251231T120000Z", minutes(15), ErrorCode::kInvalidSignature,
       "Signature expired: 20251231T120000Z is now earlier than 20260115T114500Z "
       "(20260115T120000Z - 15 min.)"},
      {"20260115T120501Z", minutes(5), ErrorCode::kInvalidSignature,
       "Signature not yet current: 20260115T120501Z is still later than 20260115T120500Z "
       "(20260115T120000Z + 5 min.)"},
      {"Thu, 15 Jan 2026 12:00:00 GMT", minutes(5), ErrorCode::kIncompleteSignature,
       "Date must be in ISO-8601 'basic format'. Got 'Thu, 15 Jan 2026 12:00:00 GMT'. See "
       "http://en.wikipedia.org/wiki/ISO_8601"},
      {"", minutes(5), ErrorCode::kIncompleteSignature,
       "Date must be in ISO-8601 'basic format'. Got ''. See "
       "http://en.wikipedia.org/wiki/ISO_8601"},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(CheckSigningTime(c.sent, c.tolerance, Noon()), FailsWith(c.code, c.message));
  }
}

}  // namespace
}  // namespace coffer::sigv4
