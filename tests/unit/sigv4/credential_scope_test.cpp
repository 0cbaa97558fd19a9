#include "sigv4/credential_scope.h"

#include "support/matchers.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::sigv4 {
namespace {

using coffer::test::FailsWith;
using coffer::test::IsOk;

const std::vector<std::string>& Regions() {
  static const std::vector<std::string> regions = {"eu-central-1", "us-east-1"};
  return regions;
}

Result<void> Check(std::string_view credential) {
  const auto scope = ParseCredential(credential);
  if (!scope) return std::unexpected(scope.error());
  return CheckScope(
      *scope, {.regions = Regions(), .service = "secretsmanager", .date = "20260115T120000Z"});
}

TEST(CredentialScopeTest, TakesTheCredentialApart) {
  const auto scope = ParseCredential("AKID/20260115/us-east-1/secretsmanager/aws4_request");

  ASSERT_THAT(scope, IsOk());
  EXPECT_EQ(scope->access_key_id, "AKID");
  EXPECT_EQ(scope->date, "20260115");
  EXPECT_EQ(scope->region, "us-east-1");
  EXPECT_EQ(scope->service, "secretsmanager");
  EXPECT_EQ(scope->terminator, "aws4_request");
  EXPECT_EQ(scope->text, "20260115/us-east-1/secretsmanager/aws4_request");
}

TEST(CredentialScopeTest, NeedsExactlyFiveParts) {
  for (const std::string text : {"", "AKID", "AKID/20260115/us-east-1/secretsmanager",
                                 "AK/ID/20260115/us-east-1/secretsmanager/aws4_request",
                                 "AKID/20260115/us-east-1/secretsmanager/aws4_request/"}) {
    EXPECT_THAT(ParseCredential(text),
                FailsWith(ErrorCode::kIncompleteSignature,
                          "Credential must have exactly 5 slash-delimited elements, e.g. "
                          "keyid/date/region/service/term, got '" +
                              text + "'"));
  }
}

TEST(CredentialScopeTest, AcceptsTheExpectedScopeInEachRegion) {
  EXPECT_THAT(Check("AKID/20260115/us-east-1/secretsmanager/aws4_request"), IsOk());
  EXPECT_THAT(Check("AKID/20260115/eu-central-1/secretsmanager/aws4_request"), IsOk());
}

TEST(CredentialScopeTest, NamesEveryFaultInAwsOrder) {
  struct Case {
    std::string_view credential;
    std::string_view message;
  };
  const Case cases[] = {
      {"AKID/20260115/us-east-9/secretsmanager/aws4_request",
       "Credential should be scoped to a valid region."},
      {"AKID/20260115/US-EAST-1/secretsmanager/aws4_request",
       "Credential should be scoped to a valid region."},
      {"AKID/20260115//secretsmanager/aws4_request",
       "Credential should be scoped to a valid region."},
      {"AKID/20260115/us-east-1/s3/aws4_request",
       "Credential should be scoped to correct service: 'secretsmanager'."},
      {"AKID/20260115/us-east-1/SecretsManager/aws4_request",
       "Credential should be scoped to correct service: 'secretsmanager'."},
      {"AKID/20260115/us-east-1/secretsmanager/aws5_request",
       "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'."},
      {"AKID/20260114/us-east-1/secretsmanager/aws4_request",
       "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
       "'20260114' != '20260115', from '20260115T120000Z'."},
      {"AKID/20260114/mars/s3/x",
       "Credential should be scoped to a valid region. "
       "Credential should be scoped to correct service: 'secretsmanager'. "
       "Credential should be scoped with a valid terminator: 'aws4_request', not 'x'. "
       "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
       "'20260114' != '20260115', from '20260115T120000Z'."},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(Check(c.credential), FailsWith(ErrorCode::kInvalidSignature, c.message));
  }
}

}  // namespace
}  // namespace coffer::sigv4
