#include "sigv4/authorization_header.h"
#include "sigv4/verifier.h"
#include "support/matchers.h"
#include "vector_files.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::sigv4 {
namespace {

using coffer::test::IsOk;
using test::OwnedRequest;
using test::RequestView;

constexpr std::string_view kSuite = "aws4_testsuite";

/// The cases. What is left out is explained in the README there.
std::vector<std::string> CaseNames() {
  std::vector<std::string> names = test::VectorNames(kSuite);
  std::erase(names, "get-header-value-multiline");
  return names;
}

std::string ReadCaseFile(const std::string& name, const std::string& extension) {
  return test::ReadFile(test::VectorFolder(kSuite) / name / (name + extension));
}

/// The value of `x-amz-security-token` in a canonical request, or nothing.
std::string TokenIn(const std::string& canonical) {
  constexpr std::string_view kLine = "\nx-amz-security-token:";
  const std::size_t start = canonical.find(kLine);
  if (start == std::string::npos) return {};
  const std::size_t value = start + kLine.size();
  return canonical.substr(value, canonical.find('\n', value) - value);
}

class Aws4TestsuiteTest : public testing::TestWithParam<std::string> {
 protected:
  Aws4TestsuiteTest()
      : canonical_(ReadCaseFile(GetParam(), ".creq")),
        to_sign_(ReadCaseFile(GetParam(), ".sts")),
        header_(ReadCaseFile(GetParam(), ".authz")),
        request_(test::ParseRequest(ReadCaseFile(GetParam(), ".req"))) {
    const std::string token = TokenIn(canonical_);
    if (!token.empty()) request_.Set("X-Amz-Security-Token", token);
  }

  std::string canonical_;
  std::string to_sign_;
  std::string header_;
  OwnedRequest request_;
};

TEST_P(Aws4TestsuiteTest, EveryStepMatches) {
  const auto authorization = ParseAuthorizationHeader(header_, true);
  ASSERT_THAT(authorization, IsOk());
  const auto scope = ParseCredential(authorization->credential);
  ASSERT_THAT(scope, IsOk());
  const RequestView view(request_);

  std::string canonical;
  ASSERT_TRUE(AppendCanonicalRequest(canonical, *view, authorization->signed_headers,
                                     crypto::Sha256(base::AsBytes(request_.body))));
  std::string to_sign;
  AppendStringToSign(to_sign, test::kVectorDate, scope->text,
                     crypto::Sha256(base::AsBytes(canonical)));
  const auto signature = DeriveSigningKey(SecretBytes::FromText(test::kVectorSecret), *scope)
                             .Sign(base::AsBytes(to_sign));

  EXPECT_EQ(canonical, canonical_);
  EXPECT_EQ(to_sign, to_sign_);
  EXPECT_EQ(base::ToHex(signature), authorization->signature);
}

TEST_P(Aws4TestsuiteTest, VerifierDecides) {
  test::FakeCredentials credentials;
  credentials.AddSession("AKIDEXAMPLE", "111122223333", std::string(test::kVectorSecret),
                         TokenIn(canonical_));
  VerifierOptions options;
  options.regions = {"us-east-1"};
  const Verifier verifier(credentials, options);
  request_.Set("Authorization", header_);
  const RequestView view(request_);

  const auto caller = verifier.Verify(*view, {.service = "service"}, test::At(test::kVectorDate));

  ASSERT_THAT(caller, IsOk());
  EXPECT_EQ(caller->account, "111122223333");
}

INSTANTIATE_TEST_SUITE_P(Suite, Aws4TestsuiteTest, testing::ValuesIn(CaseNames()),
                         [](const auto& vector) { return test::TestName(vector.param); });

TEST(Aws4TestsuiteFilesTest, AllCasesAreThere) { EXPECT_EQ(CaseNames().size(), 33U); }

}  // namespace
}  // namespace coffer::sigv4
