#include "signed_request.h"
#include "sigv4/verifier.h"
#include "support/matchers.h"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>

namespace coffer::sigv4 {
namespace {

using coffer::test::FailsWith;
using coffer::test::IsOk;
using test::At;
using test::OwnedRequest;
using test::RequestView;
using test::Signing;

constexpr VerificationRules kRules{.service = "sts", .clock_tolerance = std::chrono::minutes(15)};
constexpr std::string_view kNoon = "20260115T120000Z";
constexpr std::string_view kMismatch =
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details.";
constexpr std::string_view kInvalidToken = "The security token included in the request is invalid.";

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

class PresignedVerifierTest : public testing::Test {
 protected:
  PresignedVerifierTest() {
    credentials_.Add("AKIDALICE000000000", "111122223333", "alice/secret+KEY0");
    credentials_.AddSession("ASIAONE0000000000000", "111122223333", "one", "token+one==");
    credentials_.AddSession("ASIAOLD0000000000000", "111122223333", "old", "token", 1, true);
  }

  /// What an EKS token holds: GetCallerIdentity, for a minute, with a header for the cluster.
  static OwnedRequest Presign(Signing signing = {}, std::string_view rest = "&X-Amz-Expires=60",
                              std::string_view behind = "") {
    signing.scope = "20260115/us-east-1/sts/aws4_request";
    signing.signed_headers = "host;x-k8s-aws-id";
    OwnedRequest request{
        .method = "GET",
        .target =
            "/?Action=GetCallerIdentity&Version=2011-06-15"
            "&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" +
            signing.access_key_id + "%2F20260115%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date=" +
            std::string(kNoon) + "&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id" + std::string(rest),
        .headers = {{"Host", "localhost:4566"}, {"x-k8s-aws-id", "cluster"}},
        .body = ""};
    const std::string signature = test::SignatureOf(request, signing, std::string(kNoon));
    request.target += "&X-Amz-Signature=" + signature + std::string(behind);
    return request;
  }

  Result<Caller> Verify(const OwnedRequest& owned, std::string_view now = kNoon) {
    if (!verifier_) verifier_.emplace(credentials_, options_);
    const RequestView view(owned);
    return verifier_->VerifyPresigned(*view, kRules, At(now));
  }

  test::FakeCredentials credentials_;
  VerifierOptions options_{.regions = {"us-east-1"}};
  std::optional<Verifier> verifier_;
};

TEST_F(PresignedVerifierTest, TheCallerIsWhoSigned) {
  const auto caller = Verify(Presign());

  ASSERT_THAT(caller, IsOk());
  EXPECT_EQ(caller->access_key_id, "AKIDALICE000000000");
  EXPECT_EQ(caller->account, "111122223333");
  EXPECT_EQ(caller->region, "us-east-1");
  EXPECT_EQ(caller->session_token, "");
}

TEST_F(PresignedVerifierTest, ATokenMayBeAddedBeforeOrAfterSigning) {
  Signing one;
  one.access_key_id = "ASIAONE0000000000000";
  one.secret = "one";
  constexpr std::string_view kToken = "&X-Amz-Security-Token=token%2Bone%3D%3D";

  for (const auto& request : {Presign(one, kToken), Presign(one, "", kToken)}) {
    const auto caller = Verify(request);
    ASSERT_THAT(caller, IsOk());
    EXPECT_EQ(caller->session_token, "token+one==");
  }
  one.secret = "another";
  for (const auto& request : {Presign(one, kToken), Presign(one, "", kToken)}) {
    EXPECT_THAT(Verify(request), FailsWith(ErrorCode::kInvalidSignature, kMismatch));
  }
}

TEST_F(PresignedVerifierTest, HoldsFifteenMinutesOrLongerWhenAskedFor) {
  struct Case {
    std::string_view rest;
    std::string_view last;
    std::string_view too_late;
    std::string_view message;
  };
  const Case cases[] = {
      {"", "20260115T121500Z", "20260115T121501Z",
       "Signature expired: 20260115T120000Z is now earlier than 20260115T120001Z "
       "(20260115T121501Z - 15 min.)"},
      {"&X-Amz-Expires=1", "20260115T121500Z", "20260115T121501Z",
       "Signature expired: 20260115T120000Z is now earlier than 20260115T120001Z "
       "(20260115T121501Z - 15 min.)"},
      {"&X-Amz-Expires=3600", "20260115T130000Z", "20260115T130001Z",
       "Signature expired: 20260115T120000Z is now earlier than 20260115T120001Z "
       "(20260115T130001Z - 60 min.)"},
      {"&X-Amz-Expires=604800", "20260122T120000Z", "20260122T120001Z",
       "Signature expired: 20260115T120000Z is now earlier than 20260115T120001Z "
       "(20260122T120001Z - 10080 min.)"},
  };
  for (const Case& c : cases) {
    const OwnedRequest request = Presign({}, c.rest);
    EXPECT_THAT(Verify(request, c.last), IsOk()) << c.rest;
    EXPECT_THAT(Verify(request, c.too_late), FailsWith(ErrorCode::kInvalidSignature, c.message));
    EXPECT_THAT(Verify(request, "20260115T114500Z"), IsOk()) << c.rest;
    EXPECT_THAT(Verify(request, "20260115T114459Z"),
                FailsWith(ErrorCode::kInvalidSignature,
                          "Signature not yet current: 20260115T120000Z is still later than "
                          "20260115T115959Z (20260115T114459Z + 15 min.)"));
  }
}

// One case for each refusal, in the order of the checks that verifier.h lists. Each change adds to
// those before it, so that the cases also show which of several faults is reported.
TEST_F(PresignedVerifierTest, TheEarlierCheckDecidesInAwsWords) {
  struct Step {
    std::string_view name;
    std::string_view from;
    std::string_view to;
    ErrorCode code;
    std::string message;
  };
  const Step steps[] = {
      {"18", "X-Amz-Expires=60", "X-Amz-Expires=61", ErrorCode::kInvalidSignature,
       std::string(kMismatch)},
      {"17", "AKIDALICE", "AKIDOTHER", ErrorCode::kUnrecognizedClient, std::string(kInvalidToken)},
      {"15", "&X-Amz-Signature", "&X-Amz-Security-Token=t&X-Amz-Signature",
       ErrorCode::kUnrecognizedClient, std::string(kInvalidToken)},
      {"14", "%2Fsts%2F", "%2Fiam%2F", ErrorCode::kInvalidSignature,
       "Credential should be scoped to correct service: 'sts'."},
      {"14", "20260115%2Fus-east-1", "20260114%2Fmars", ErrorCode::kInvalidSignature,
       "Credential should be scoped to a valid region. Credential should be scoped to correct "
       "service: 'sts'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of "
       "date from HTTP: '20260114' != '20260115', from '20260115T120000Z'."},
      {"13", "%2Faws4_request", "", ErrorCode::kIncompleteSignature,
       "Credential must have exactly 5 slash-delimited elements, e.g. "
       "keyid/date/region/service/term, got 'AKIDOTHER000000000/20260114/mars/iam'"},
      {"12", "20260115T120000Z", "20260115T121501Z", ErrorCode::kInvalidSignature,
       "Signature not yet current: 20260115T121501Z is still later than 20260115T121500Z "
       "(20260115T120000Z + 15 min.)"},
      {"11", "20260115T121501Z", "20260115T114459Z", ErrorCode::kInvalidSignature,
       "Signature expired: 20260115T114459Z is now earlier than 20260115T114500Z "
       "(20260115T120000Z - 15 min.)"},
      {"10", "20260115T114459Z", "today", ErrorCode::kIncompleteSignature,
       "Date must be in ISO-8601 'basic format'. Got 'today'. See "
       "http://en.wikipedia.org/wiki/ISO_8601"},
      {"9", "SignedHeaders=host%3B", "SignedHeaders=", ErrorCode::kInvalidSignature,
       "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
      {"8", "Expires=61", "Expires=0", ErrorCode::kIncompleteSignature,
       "X-Amz-Expires must be a number of seconds from 1 to 604800. Got '0'. Re-examine the "
       "query-string parameters."},
      {"8", "X-Amz-Signature", "X-Amz-Signed", ErrorCode::kIncompleteSignature,
       "AWS query-string parameters must include 'X-Amz-Signature'. Re-examine the query-string "
       "parameters."},
      {"4", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512", ErrorCode::kMissingAuthenticationToken,
       "Missing Authentication Token"},
      {"4", "X-Amz-Algorithm", "X-Amz-Algorithms", ErrorCode::kMissingAuthenticationToken,
       "Missing Authentication Token"},
      {"2", "Version=2", "Version=%x", ErrorCode::kMalformedQueryString,
       "Illegal hex character in escape % pattern: %x0"},
  };
  OwnedRequest request = Presign();
  for (const Step& step : steps) {
    request.target = Replaced(request.target, step.from, step.to);
    EXPECT_THAT(Verify(request), FailsWith(step.code, step.message)) << step.name;
  }
}

TEST_F(PresignedVerifierTest, SignedInBothPlacesIsRefused) {
  OwnedRequest request = Presign();
  request.Set("Authorization", "AWS4-HMAC-SHA256 x");

  EXPECT_THAT(Verify(request), FailsWith(ErrorCode::kInvalidSignature, ""));
}

TEST_F(PresignedVerifierTest, AHeaderAloneIsNoPresignedQuery) {
  OwnedRequest request = test::ExampleRequest();
  test::Sign(request);

  EXPECT_THAT(Verify(request),
              FailsWith(ErrorCode::kMissingAuthenticationToken, "Missing Authentication Token"));
}

TEST_F(PresignedVerifierTest, AnExpiredSessionIsRefusedWhateverItsSignature) {
  Signing old;
  old.access_key_id = "ASIAOLD0000000000000";
  for (const std::string secret : {"old", "wrong"}) {
    old.secret = secret;
    EXPECT_THAT(Verify(Presign(old, "&X-Amz-Security-Token=token")),
                FailsWith(ErrorCode::kExpiredToken,
                          "The security token included in the request is expired"));
  }
}

TEST_F(PresignedVerifierTest, WhatIsNotSignedMayDiffer) {
  OwnedRequest request = Presign();
  request.Set("User-Agent", "kube-apiserver");
  request.Set("X-Amz-Date", "not looked at");
  request.Set("X-Amz-Security-Token", "not looked at");

  EXPECT_THAT(Verify(request), IsOk());
}

TEST_F(PresignedVerifierTest, ASecondSignatureIsPartOfWhatIsSigned) {
  OwnedRequest request = Presign();
  request.target += "&X-Amz-Signature=" + std::string(64, '0');

  EXPECT_THAT(Verify(request), FailsWith(ErrorCode::kInvalidSignature, kMismatch));
}

TEST_F(PresignedVerifierTest, WhoTrustsAnySignatureTakesThisOneToo) {
  options_.trust_any_signature = true;
  OwnedRequest request;
  request.target =
      "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=123456789012%2F1%2Fus-east-1%2Fx%2Fy"
      "&X-Amz-SignedHeaders=&X-Amz-Signature=";

  const auto caller = Verify(request);

  ASSERT_THAT(caller, IsOk());
  EXPECT_EQ(caller->account, "123456789012");
}

}  // namespace
}  // namespace coffer::sigv4
