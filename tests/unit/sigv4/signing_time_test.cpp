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

constexpr SigningWindow kFiveMinutes{.past = minutes(5), .future = minutes(5)};
constexpr SigningWindow kPresigned{.past = minutes(60), .future = minutes(15)};

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
    EXPECT_THAT(CheckSigningTime(sent, kFiveMinutes, Noon()), IsOk()) << sent;
    EXPECT_THAT(CheckSigningTime(sent, kFiveMinutes, Noon() + milliseconds(999)), IsOk()) << sent;
  }
}

TEST(SigningTimeTest, APresignedRequestMayBeOlderThanItIsEarly) {
  for (const std::string_view sent : {"20260115T110000Z", "20260115T121500Z"}) {
    EXPECT_THAT(CheckSigningTime(sent, kPresigned, Noon()), IsOk()) << sent;
  }
}

TEST(SigningTimeTest, RefusesWhatIsOutsideInAwsWords) {
  struct Case {
    std::string_view sent;
    SigningWindow window;
    ErrorCode code;
    std::string_view message;
  };
  const Case cases[] = {
      {"20260115T115459Z", kFiveMinutes, ErrorCode::kInvalidSignature,
       "Signature expired: 20260115T115459Z is now earlier than 20260115T115500Z "
       "(20260115T120000Z - 5 min.)"},
      {"20260115T105959Z", kPresigned, ErrorCode::kInvalidSignature,
       "Signature expired: 20260115T105959Z is now earlier than 20260115T110000Z "
       "(20260115T120000Z - 60 min.)"},
      {"20260115T121501Z", kPresigned, ErrorCode::kInvalidSignature,
       "Signature not yet current: 20260115T121501Z is still later than 20260115T121500Z "
       "(20260115T120000Z + 15 min.)"},
      {"20260115T120501Z", kFiveMinutes, ErrorCode::kInvalidSignature,
       "Signature not yet current: 20260115T120501Z is still later than 20260115T120500Z "
       "(20260115T120000Z + 5 min.)"},
      {"Thu, 15 Jan 2026 12:00:00 GMT", kFiveMinutes, ErrorCode::kIncompleteSignature,
       "Date must be in ISO-8601 'basic format'. Got 'Thu, 15 Jan 2026 12:00:00 GMT'. See "
       "http://en.wikipedia.org/wiki/ISO_8601"},
      {"", kFiveMinutes, ErrorCode::kIncompleteSignature,
       "Date must be in ISO-8601 'basic format'. Got ''. See "
       "http://en.wikipedia.org/wiki/ISO_8601"},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(CheckSigningTime(c.sent, c.window, Noon()), FailsWith(c.code, c.message));
  }
}

}  // namespace
}  // namespace coffer::sigv4
