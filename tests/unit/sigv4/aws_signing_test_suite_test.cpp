// The published vectors of presigned requests. Those of signed headers are in aws4_testsuite_test.

#include "sigv4/presigned_query.h"
#include "sigv4/query.h"
#include "sigv4/verifier.h"
#include "support/matchers.h"
#include "vector_files.h"

#include <gtest/gtest.h>

#include <string>

namespace coffer::sigv4 {
namespace {

using coffer::test::IsOk;
using test::OwnedRequest;
using test::RequestView;

constexpr std::string_view kSuite = "aws_signing_test_suite";

class AwsSigningTestSuiteTest : public testing::TestWithParam<std::string> {
 protected:
  static std::string ReadCaseFile(std::string_view name) {
    return test::ReadFile(test::VectorFolder(kSuite) / GetParam() / name);
  }

  std::string canonical_ = ReadCaseFile("query-canonical-request.txt");
  std::string to_sign_ = ReadCaseFile("query-string-to-sign.txt");
  OwnedRequest request_ = test::ParseRequest(ReadCaseFile("query-signed-request.txt"));
};

TEST_P(AwsSigningTestSuiteTest, EveryStepMatches) {
  const Target target = SplitTarget(request_.target);
  const auto presigned = ParsePresignedQuery(target.query, true);
  ASSERT_THAT(presigned, IsOk());
  EXPECT_EQ(presigned->date, test::kVectorDate);
  EXPECT_EQ(presigned->lifetime, std::chrono::seconds(3600));
  const auto scope = ParseCredential(presigned->credential);
  ASSERT_THAT(scope, IsOk());
  OwnedRequest unsigned_request = request_;
  std::string query = WithoutQueryParameter(target.query, kQuerySignature);
  // One case adds its token after it has signed.
  if (canonical_.find(kQueryToken) == std::string::npos) {
    query = WithoutQueryParameter(query, kQueryToken);
  }
  unsigned_request.target = std::string(target.path) + '?' + query;
  const RequestView view(unsigned_request);

  std::string canonical;
  ASSERT_TRUE(AppendCanonicalRequest(canonical, *view, presigned->signed_headers,
                                     crypto::Sha256(base::AsBytes(request_.body))));
  std::string to_sign;
  AppendStringToSign(to_sign, presigned->date, scope->text,
                     crypto::Sha256(base::AsBytes(canonical)));
  const auto signature = DeriveSigningKey(SecretBytes::FromText(test::kVectorSecret), *scope)
                             .Sign(base::AsBytes(to_sign));

  EXPECT_EQ(canonical, canonical_);
  EXPECT_EQ(to_sign, to_sign_);
  EXPECT_EQ(base::ToHex(signature), presigned->signature);
}

TEST_P(AwsSigningTestSuiteTest, VerifierDecides) {
  const auto token = FindQueryParameter(SplitTarget(request_.target).query, kQueryToken);
  test::FakeCredentials credentials;
  credentials.AddSession("AKIDEXAMPLE", "111122223333", std::string(test::kVectorSecret),
                         token.value_or(""));
  VerifierOptions options;
  options.regions = {"us-east-1"};
  const Verifier verifier(credentials, options);
  const auto verify = [&](std::string_view now) {
    const RequestView view(request_);
    return verifier.VerifyPresigned(*view, {.service = "service"}, test::At(now));
  };

  for (const std::string_view now : {"20150830T123100Z", "20150830T133600Z"}) {
    const auto caller = verify(now);
    ASSERT_THAT(caller, IsOk()) << now;
    EXPECT_EQ(caller->account, "111122223333");
    EXPECT_EQ(caller->session_token, token.value_or(""));
  }
  EXPECT_FALSE(verify("20150830T133601Z").has_value());
  request_.target.back() = request_.target.back() == '0' ? '1' : '0';
  EXPECT_FALSE(verify("20150830T123600Z").has_value());
}

INSTANTIATE_TEST_SUITE_P(Suite, AwsSigningTestSuiteTest,
                         testing::ValuesIn(test::VectorNames(kSuite)),
                         [](const auto& vector) { return test::TestName(vector.param); });

TEST(AwsSigningTestSuiteFilesTest, AllCasesAreThere) {
  EXPECT_EQ(test::VectorNames(kSuite).size(), 30U);
}

}  // namespace
}  // namespace coffer::sigv4
