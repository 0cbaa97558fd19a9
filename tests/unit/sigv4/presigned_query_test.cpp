#include "sigv4/presigned_query.h"

#include "support/matchers.h"

#include <gtest/gtest.h>

#include <string>

namespace coffer::sigv4 {
namespace {

using coffer::test::FailsWith;
using coffer::test::IsOk;

constexpr std::string_view kQuery =
    "Action=GetCallerIdentity&X-Amz-Credential=AK%2F20260115%2Fus-east-1%2Fsts%2Faws4_request"
    "&X-Amz-Date=20260115T120000Z&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Signature=00";

TEST(PresignedQueryTest, ReadsTheParametersDecoded) {
  const auto presigned = ParsePresignedQuery(
      std::string(kQuery) + "&X-Amz-Expires=60&X-Amz-Security-Token=a%2Bb%3D", true);

  ASSERT_THAT(presigned, IsOk());
  EXPECT_EQ(presigned->credential, "AK/20260115/us-east-1/sts/aws4_request");
  EXPECT_EQ(presigned->signed_headers, "host;x-k8s-aws-id");
  EXPECT_EQ(presigned->signature, "00");
  EXPECT_EQ(presigned->date, "20260115T120000Z");
  EXPECT_EQ(presigned->lifetime, std::chrono::seconds(60));
  EXPECT_EQ(presigned->session_token, "a+b=");
}

TEST(PresignedQueryTest, NeedsNeitherATokenNorALifetime) {
  const auto presigned = ParsePresignedQuery(kQuery, true);

  ASSERT_THAT(presigned, IsOk());
  EXPECT_EQ(presigned->lifetime, std::chrono::seconds(0));
  EXPECT_EQ(presigned->session_token, "");
}

TEST(PresignedQueryTest, TheFirstOfSeveralCounts) {
  const auto presigned = ParsePresignedQuery(std::string(kQuery) + "&X-Amz-Signature=11", true);

  ASSERT_THAT(presigned, IsOk());
  EXPECT_EQ(presigned->signature, "00");
}

TEST(PresignedQueryTest, NamesAllThatIsMissing) {
  EXPECT_THAT(ParsePresignedQuery("X-Amz-Algorithm=AWS4-HMAC-SHA256", true),
              FailsWith(ErrorCode::kIncompleteSignature,
                        "AWS query-string parameters must include 'X-Amz-Credential'. "
                        "AWS query-string parameters must include 'X-Amz-Signature'. "
                        "AWS query-string parameters must include 'X-Amz-SignedHeaders'. "
                        "AWS query-string parameters must include 'X-Amz-Date'. "
                        "Re-examine the query-string parameters."));
}

TEST(PresignedQueryTest, ADateCanBeDoneWithout) {
  EXPECT_THAT(ParsePresignedQuery("X-Amz-Credential=&X-Amz-Signature=&X-Amz-SignedHeaders=", false),
              IsOk());
}

TEST(PresignedQueryTest, ALifetimeIsOneSecondToAWeek) {
  for (const std::string_view text : {"1", "60", "604800"}) {
    EXPECT_THAT(
        ParsePresignedQuery(std::string(kQuery) + "&X-Amz-Expires=" + std::string(text), true),
        IsOk())
        << text;
  }
  for (const std::string text :
       {"", "0", "-1", "604801", "99999999999999999999", "1.5", "60s", " 60", "+60", "0x10"}) {
    EXPECT_THAT(ParsePresignedQuery(std::string(kQuery) + "&X-Amz-Expires=" + text, true),
                FailsWith(ErrorCode::kIncompleteSignature,
                          "X-Amz-Expires must be a number of seconds from 1 to 604800. Got '" +
                              text + "'. Re-examine the query-string parameters."));
  }
}

}  // namespace
}  // namespace coffer::sigv4
