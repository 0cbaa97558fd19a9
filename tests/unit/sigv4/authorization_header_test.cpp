#include "sigv4/authorization_header.h"

#include "support/matchers.h"

#include <gtest/gtest.h>

#include <string>

namespace coffer::sigv4 {
namespace {

using coffer::test::FailsWith;
using coffer::test::FailsWithCode;
using coffer::test::IsOk;

TEST(AuthorizationHeaderTest, ReadsTheThreeParametersInAnyOrderAndSpacing) {
  for (const std::string_view header :
       {"AWS4-HMAC-SHA256 Credential=c/d/r/s/t, SignedHeaders=a;b, Signature=0f",
        "AWS4-HMAC-SHA256 Signature=0f,SignedHeaders=a;b,Credential=c/d/r/s/t",
        "AWS4-HMAC-SHA256   SignedHeaders=a;b ,\tSignature=0f , Credential=c/d/r/s/t,",
        "AWS4-HMAC-SHA256 Extra=1, Credential=c/d/r/s/t, SignedHeaders=a;b, Signature=0f"}) {
    const auto parsed = ParseAuthorizationHeader(header, true);

    ASSERT_THAT(parsed, IsOk()) << header;
    EXPECT_EQ(parsed->credential, "c/d/r/s/t");
    EXPECT_EQ(parsed->signed_headers, "a;b");
    EXPECT_EQ(parsed->signature, "0f");
  }
}

TEST(AuthorizationHeaderTest, LastOfARepeatedParameterCounts) {
  const auto parsed = ParseAuthorizationHeader(
      "AWS4-HMAC-SHA256 Credential=one, Signature=a, SignedHeaders=x, Credential=two=2", true);

  ASSERT_THAT(parsed, IsOk());
  EXPECT_EQ(parsed->credential, "two=2");
}

TEST(AuthorizationHeaderTest, RefusesInAwsWords) {
  struct Case {
    std::string_view header;
    bool has_date;
    std::string_view message;
  };
  const Case cases[] = {
      {"Bearer abc", true, "Unsupported AWS 'algorithm': 'Bearer'."},
      {"AWS4-ECDSA-P256-SHA256 Credential=c", true,
       "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'."},
      {"aws4-hmac-sha256 Credential=c", true, "Unsupported AWS 'algorithm': 'aws4-hmac-sha256'."},
      {" AWS4-HMAC-SHA256 Credential=c", true, "Unsupported AWS 'algorithm': ''."},
      {"AWS4-HMAC-SHA256 Credential=c, nonsense, Signature=s", true,
       "'nonsense' not a valid key=value pair (missing equal-sign) in Authorization header: "
       "'AWS4-HMAC-SHA256 Credential=c, nonsense, Signature=s'."},
      {"AWS4-HMAC-SHA256", true,
       "Authorization header requires 'Credential' parameter. "
       "Authorization header requires 'Signature' parameter. "
       "Authorization header requires 'SignedHeaders' parameter. "
       "Authorization=AWS4-HMAC-SHA256"},
      {"AWS4-HMAC-SHA256 ", false,
       "Authorization header requires 'Credential' parameter. "
       "Authorization header requires 'Signature' parameter. "
       "Authorization header requires 'SignedHeaders' parameter. "
       "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
       "Authorization=AWS4-HMAC-SHA256 "},
      {"AWS4-HMAC-SHA256 Credential=c, SignedHeaders=h", true,
       "Authorization header requires 'Signature' parameter. "
       "Authorization=AWS4-HMAC-SHA256 Credential=c, SignedHeaders=h"},
      {"AWS4-HMAC-SHA256 Credential=c, SignedHeaders=h, Signature=s", false,
       "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
       "Authorization=AWS4-HMAC-SHA256 Credential=c, SignedHeaders=h, Signature=s"},
      {"AWS4-HMAC-SHA256 credential=c, SignedHeaders=h, Signature=s", true,
       "Authorization header requires 'Credential' parameter. "
       "Authorization=AWS4-HMAC-SHA256 credential=c, SignedHeaders=h, Signature=s"},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(ParseAuthorizationHeader(c.header, c.has_date),
                FailsWith(ErrorCode::kIncompleteSignature, c.message));
  }
}

TEST(AuthorizationHeaderTest, EchoesNoMoreThanOneKibibyteOfIt) {
  const std::string header = "AWS4-HMAC-SHA256 Credential=" + std::string(4000, 'x');

  const auto parsed = ParseAuthorizationHeader(header, true);

  ASSERT_THAT(parsed, FailsWithCode(ErrorCode::kIncompleteSignature));
  EXPECT_TRUE(parsed.error().message.ends_with(" Authorization=" + header.substr(0, 1024)));
}

TEST(AuthorizationHeaderTest, RefusesAHeaderOfMoreThanEightKibibytes) {
  const std::string good = "AWS4-HMAC-SHA256 Credential=c, SignedHeaders=h, Signature=";

  EXPECT_THAT(ParseAuthorizationHeader(good + std::string(8192 - good.size(), '0'), true), IsOk());
  EXPECT_THAT(ParseAuthorizationHeader(good + std::string(8193 - good.size(), '0'), true),
              FailsWithCode(ErrorCode::kIncompleteSignature));
}

}  // namespace
}  // namespace coffer::sigv4
