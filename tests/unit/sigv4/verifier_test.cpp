#include "sigv4/verifier.h"

#include "signed_request.h"
#include "support/matchers.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace coffer::sigv4 {
namespace {

using coffer::test::FailsWith;
using coffer::test::FailsWithCode;
using coffer::test::IsOk;
using test::At;
using test::ExampleRequest;
using test::OwnedRequest;
using test::RequestView;
using test::Sign;
using test::Signing;

constexpr VerificationRules kRules{.service = "secretsmanager"};
constexpr std::string_view kMismatch =
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details.";
constexpr std::string_view kInvalidToken = "The security token included in the request is invalid.";

class VerifierTest : public testing::Test {
 protected:
  VerifierTest() {
    credentials_.Add("AKIDALICE000000000", "111122223333", "alice/secret+KEY0");
    options_.regions = {"us-east-1", "eu-central-1"};
    Sign(request_);
  }

  Result<Caller> Verify(const OwnedRequest& owned, std::string_view now = "20260115T120000Z") {
    if (!verifier_) verifier_.emplace(credentials_, options_);
    const RequestView view(owned);
    return verifier_->Verify(*view, kRules, At(now));
  }

  test::FakeCredentials credentials_;
  VerifierOptions options_;
  std::optional<Verifier> verifier_;
  OwnedRequest request_ = ExampleRequest();
};

TEST_F(VerifierTest, AcceptsTheWorkedExample) {
  ASSERT_TRUE(request_.Value("Authorization").ends_with(test::kExampleSignature));

  const auto caller = Verify(request_);

  ASSERT_THAT(caller, IsOk());
  EXPECT_EQ(caller->account, "111122223333");
  EXPECT_EQ(caller->principal_arn, "arn:aws:iam::111122223333:root");
  EXPECT_EQ(caller->access_key_id, "AKIDALICE000000000");
  EXPECT_EQ(caller->region, "us-east-1");
}

// What other clients sign.
TEST_F(VerifierTest, AcceptsTheHeadersThatEachClientSigns) {
  const std::string body_hash = base::ToHex(crypto::Sha256(base::AsBytes(request_.body)));
  request_.Set("x-amz-content-sha256", body_hash);
  request_.Set("x-amz-user-agent", "aws-sdk-js/3.1162.0");
  for (const std::string_view list :
       {"content-type;host;x-amz-date;x-amz-target",
        "amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;"
        "x-amz-content-sha256;x-amz-date;x-amz-target;x-amz-user-agent",
        "host;x-amz-content-sha256;x-amz-date;x-amz-target",
        "amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;x-amz-date;"
        "x-amz-target",
        "x-amz-target;host"}) {
    Signing signing;
    signing.signed_headers = list;
    Sign(request_, signing);
    EXPECT_THAT(Verify(request_), IsOk()) << list;
  }
}

TEST_F(VerifierTest, TheRegionOfTheScopeIsTheCallers) {
  Signing signing;
  signing.scope = "20260115/eu-central-1/secretsmanager/aws4_request";
  Sign(request_, signing);

  const auto caller = Verify(request_);

  ASSERT_THAT(caller, IsOk());
  EXPECT_EQ(caller->region, "eu-central-1");
}

TEST_F(VerifierTest, TakesTheDateHeaderWhenThereIsNoOther) {
  Signing signing;
  signing.signed_headers = "host;x-amz-target";
  Sign(request_, signing);
  request_.Remove("X-Amz-Date");
  request_.Set("Date", "20260115T120000Z");

  EXPECT_THAT(Verify(request_), IsOk());
}

// One case for each refusal, in the order of the checks that verifier.h lists.
TEST_F(VerifierTest, RefusesInAwsWords) {
  struct Case {
    std::string_view name;
    std::function<void(OwnedRequest&)> change;
    ErrorCode code;
    std::string message;
  };
  const auto signed_with = [](const std::function<void(Signing&)>& change) {
    return [change](OwnedRequest& request) {
      Signing signing;
      change(signing);
      Sign(request, signing);
    };
  };
  const auto target = [](const std::string& text) {
    return [text](OwnedRequest& request) { request.target = text; };
  };
  const auto header = [](const std::string& name, const std::string& value) {
    return [name, value](OwnedRequest& request) { request.Set(name, value); };
  };
  const Case cases[] = {
      {"2: escape cut short", target("/?a=%4"), ErrorCode::kMalformedQueryString,
       "Incomplete trailing escape % sequence"},
      {"2: escape not hexadecimal", target("/?a=%xy"), ErrorCode::kMalformedQueryString,
       "Illegal hex character in escape % pattern: %xy"},
      {"3: signed in header and query", target("/?X-Amz-Algorithm=AWS4-HMAC-SHA256"),
       ErrorCode::kInvalidSignature, ""},
      {"4: not signed", [](OwnedRequest& r) { r.Remove("Authorization"); },
       ErrorCode::kMissingAuthenticationToken, "Missing Authentication Token"},
      {"4: empty header", header("Authorization", ""), ErrorCode::kMissingAuthenticationToken,
       "Missing Authentication Token"},
      {"4: presigned query",
       [](OwnedRequest& r) {
         r.Remove("Authorization");
         r.target = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00";
       },
       ErrorCode::kMissingAuthenticationToken, "Missing Authentication Token"},
      {"5: another algorithm", header("Authorization", "Basic dGVzdDp0ZXN0"),
       ErrorCode::kIncompleteSignature, "Unsupported AWS 'algorithm': 'Basic'."},
      {"6: piece without equal sign", header("Authorization", "AWS4-HMAC-SHA256 x"),
       ErrorCode::kIncompleteSignature,
       "'x' not a valid key=value pair (missing equal-sign) in Authorization header: "
       "'AWS4-HMAC-SHA256 x'."},
      {"8: parts missing",
       [](OwnedRequest& r) {
         r.Set("Authorization", "AWS4-HMAC-SHA256 SignedHeaders=host");
         r.Remove("X-Amz-Date");
       },
       ErrorCode::kIncompleteSignature,
       "Authorization header requires 'Credential' parameter. "
       "Authorization header requires 'Signature' parameter. "
       "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
       "Authorization=AWS4-HMAC-SHA256 SignedHeaders=host"},
      {"9: host not signed",
       signed_with([](Signing& s) { s.signed_headers = "content-type;x-amz-date;x-amz-target"; }),
       ErrorCode::kInvalidSignature,
       "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
      {"9: target not signed",
       signed_with([](Signing& s) { s.signed_headers = "content-type;host;x-amz-date"; }),
       ErrorCode::kInvalidSignature,
       "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization."},
      {"10: date of another form", header("X-Amz-Date", "2026-01-15T12:00:00Z"),
       ErrorCode::kIncompleteSignature,
       "Date must be in ISO-8601 'basic format'. Got '2026-01-15T12:00:00Z'. See "
       "http://en.wikipedia.org/wiki/ISO_8601"},
      {"10: two dates",
       [](OwnedRequest& r) { r.headers.emplace_back("x-amz-date", "20260115T120000Z"); },
       ErrorCode::kIncompleteSignature,
       "Date must be in ISO-8601 'basic format'. Got '20260115T120000Z,20260115T120000Z'. See "
       "http://en.wikipedia.org/wiki/ISO_8601"},
      {"11: too old", header("X-Amz-Date", "20260115T115459Z"), ErrorCode::kInvalidSignature,
       "Signature expired: 20260115T115459Z is now earlier than 20260115T115500Z "
       "(20260115T120000Z - 5 min.)"},
      {"12: in the future", header("X-Amz-Date", "20260115T120501Z"), ErrorCode::kInvalidSignature,
       "Signature not yet current: 20260115T120501Z is still later than 20260115T120500Z "
       "(20260115T120000Z + 5 min.)"},
      {"13: credential of four parts",
       header("Authorization",
              "AWS4-HMAC-SHA256 Credential=AKID/20260115/us-east-1/aws4_request, "
              "SignedHeaders=host;x-amz-target, Signature=00"),
       ErrorCode::kIncompleteSignature,
       "Credential must have exactly 5 slash-delimited elements, e.g. "
       "keyid/date/region/service/term, got 'AKID/20260115/us-east-1/aws4_request'"},
      {"14: region",
       signed_with([](Signing& s) { s.scope = "20260115/us-east-9/secretsmanager/aws4_request"; }),
       ErrorCode::kInvalidSignature, "Credential should be scoped to a valid region."},
      {"14: service",
       signed_with([](Signing& s) { s.scope = "20260115/us-east-1/ssm/aws4_request"; }),
       ErrorCode::kInvalidSignature,
       "Credential should be scoped to correct service: 'secretsmanager'."},
      {"15: token with a long-term key", header("X-Amz-Security-Token", "FwoGZXIvYXdzE"),
       ErrorCode::kUnrecognizedClient, std::string(kInvalidToken)},
      {"17: unknown key", signed_with([](Signing& s) { s.access_key_id = "AKIDNOBODY00000000"; }),
       ErrorCode::kUnrecognizedClient, std::string(kInvalidToken)},
      {"18: wrong secret", signed_with([](Signing& s) { s.secret = "another"; }),
       ErrorCode::kInvalidSignature, std::string(kMismatch)},
      {"18: signed header absent", [](OwnedRequest& r) { r.Remove("Content-Type"); },
       ErrorCode::kInvalidSignature, std::string(kMismatch)},
      {"18: header listed twice", signed_with([](Signing& s) {
         s.signed_headers = "content-type;host;host;x-amz-date;x-amz-target";
       }),
       ErrorCode::kInvalidSignature, std::string(kMismatch)},
      {"18: body hash of another body", header("X-Amz-Content-Sha256", std::string(64, '0')),
       ErrorCode::kInvalidSignature, std::string(kMismatch)},
      {"18: body not signed", header("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"),
       ErrorCode::kInvalidSignature, std::string(kMismatch)},
      {"18: body in signed chunks",
       header("X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
       ErrorCode::kInvalidSignature, std::string(kMismatch)},
  };
  for (const Case& c : cases) {
    OwnedRequest changed = request_;
    c.change(changed);
    EXPECT_THAT(Verify(changed), FailsWith(c.code, c.message)) << c.name;
  }
}

// Adds the faults from the last check to the first; each time the new one must be what is reported.
TEST_F(VerifierTest, TheEarlierCheckDecidesWhenSeveralFail) {
  using Change = std::function<void(OwnedRequest&)>;
  const auto edit = [](const std::string& from, const std::string& to) -> Change {
    return [from, to](OwnedRequest& r) {
      std::string& header = r.Value("Authorization");
      header.replace(header.find(from), from.size(), to);
    };
  };
  const std::pair<Change, std::string_view> steps[] = {
      {edit("Signature=171f", "Signature=0000"), "The request signature we calculated"},
      {edit("AKIDALICE", "AKIDOTHER"), "The security token included in the request is invalid"},
      {[](OwnedRequest& r) { r.Set("X-Amz-Security-Token", "token"); },
       "The security token included in the request is invalid"},
      {edit("us-east-1", "nowhere"), "Credential should be scoped"},
      {edit("/aws4_request", ""), "Credential must have exactly 5"},
      {[](OwnedRequest& r) { r.Set("X-Amz-Date", "20270115T120000Z"); },
       "Signature not yet current"},
      {[](OwnedRequest& r) { r.Set("X-Amz-Date", "20250115T120000Z"); }, "Signature expired"},
      {[](OwnedRequest& r) { r.Set("X-Amz-Date", "today"); }, "Date must be in ISO-8601"},
      {edit("host;", ""), "'Host' or ':authority' must be"},
      {edit("Signature=", "Signed="), "Authorization header requires 'Signature'"},
      {edit("Signed=", "Signed:"), "'Signed:"},
      {edit("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512"), "Unsupported AWS 'algorithm'"},
      {[](OwnedRequest& r) { r.Remove("Authorization"); }, "Missing Authentication Token"},
      {[](OwnedRequest& r) { r.target = "/?%"; }, "Incomplete trailing escape"},
  };
  for (const auto& [change, prefix] : steps) {
    change(request_);
    const auto caller = Verify(request_);
    ASSERT_FALSE(caller.has_value()) << prefix;
    EXPECT_TRUE(caller.error().message.starts_with(prefix)) << caller.error().message;
  }
}

TEST_F(VerifierTest, ExactlyFiveMinutesIsAcceptedBothWays) {
  EXPECT_THAT(Verify(request_, "20260115T120500Z"), IsOk());
  EXPECT_THAT(Verify(request_, "20260115T115500Z"), IsOk());
  EXPECT_THAT(Verify(request_, "20260115T120501Z"), FailsWithCode(ErrorCode::kInvalidSignature));
  EXPECT_THAT(Verify(request_, "20260115T115459Z"), FailsWithCode(ErrorCode::kInvalidSignature));
}

TEST_F(VerifierTest, ASignatureOfYesterdayHoldsShortlyAfterMidnight) {
  request_.Set("X-Amz-Date", "20260114T235900Z");
  Signing signing;
  signing.scope = "20260114/us-east-1/secretsmanager/aws4_request";
  Sign(request_, signing);

  EXPECT_THAT(Verify(request_, "20260115T000100Z"), IsOk());
}

TEST_F(VerifierTest, SignatureMustBeSixtyFourLowerCaseHexadecimalDigits) {
  const std::string good(test::kExampleSignature);
  std::string upper = good;
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
  for (const std::string& text : {upper, good.substr(1), good + "0", "g" + good.substr(1),
                                  std::string(), std::string(64, ' ')}) {
    std::string& header = request_.Value("Authorization");
    header = header.substr(0, header.find("Signature=")) + "Signature=" + text;
    EXPECT_THAT(Verify(request_), FailsWith(ErrorCode::kInvalidSignature, kMismatch)) << text;
  }
}

TEST_F(VerifierTest, DerivesAKeyOnceAndAgainForANewGeneration) {
  for (int i = 0; i < 3; ++i) ASSERT_THAT(Verify(request_), IsOk());
  EXPECT_EQ(credentials_.finds(), 1);

  credentials_.Add("AKIDALICE000000000", "111122223333", "a new secret", 2);
  EXPECT_THAT(Verify(request_), FailsWith(ErrorCode::kInvalidSignature, kMismatch));
  Signing signing;
  signing.secret = "a new secret";
  Sign(request_, signing);
  EXPECT_THAT(Verify(request_), IsOk());
  EXPECT_EQ(credentials_.finds(), 2);
}

TEST_F(VerifierTest, AKeyThatIsGoneIsRefusedAlthoughItsSigningKeyIsCached) {
  ASSERT_THAT(Verify(request_), IsOk());

  credentials_.Remove("AKIDALICE000000000");

  EXPECT_THAT(Verify(request_), FailsWith(ErrorCode::kUnrecognizedClient, kInvalidToken));
}

// Items 15 to 17 for keys of sessions; the table above has those of long-term ones.
TEST_F(VerifierTest, ASessionsKeyGoesWithItsOwnToken) {
  constexpr std::string_view kExpired = "The security token included in the request is expired";
  credentials_.AddSession("ASIAONE0000000000000", "111122223333", "one", "token one", 1);
  credentials_.AddSession("ASIATWO0000000000000", "111122223333", "two", "token two", 1);
  credentials_.AddSession("ASIAOLD0000000000000", "111122223333", "old", "token old", 1, true);
  struct Case {
    std::string_view name;
    std::string access_key_id;
    std::string secret;
    std::string token;
    ErrorCode code;
    std::string_view message;
  };
  const Case cases[] = {
      {"no token", "ASIAONE0000000000000", "one", "", ErrorCode::kUnrecognizedClient,
       kInvalidToken},
      {"another session's token", "ASIAONE0000000000000", "one", "token two",
       ErrorCode::kUnrecognizedClient, kInvalidToken},
      {"another session's secret", "ASIAONE0000000000000", "two", "token one",
       ErrorCode::kInvalidSignature, kMismatch},
      {"a token with a long-term key", "AKIDALICE000000000", "alice/secret+KEY0", "token one",
       ErrorCode::kUnrecognizedClient, kInvalidToken},
      {"expired", "ASIAOLD0000000000000", "old", "token old", ErrorCode::kExpiredToken, kExpired},
      {"expired, and the signature is wrong", "ASIAOLD0000000000000", "wrong", "token old",
       ErrorCode::kExpiredToken, kExpired},
  };
  const auto signed_by = [this](const std::string& id, const std::string& secret,
                                const std::string& token) {
    OwnedRequest request = request_;
    Signing signing;
    signing.access_key_id = id;
    signing.secret = secret;
    Sign(request, signing);
    if (!token.empty()) request.Set("X-Amz-Security-Token", token);
    return request;
  };

  // Twice, the second time with the signing keys in the cache.
  for (int i = 0; i < 2; ++i) {
    const auto one = Verify(signed_by("ASIAONE0000000000000", "one", "token one"));
    ASSERT_THAT(one, IsOk());
    EXPECT_EQ(one->session_token, "token one");
    EXPECT_THAT(Verify(signed_by("ASIATWO0000000000000", "two", "token two")), IsOk());
    for (const Case& c : cases) {
      EXPECT_THAT(Verify(signed_by(c.access_key_id, c.secret, c.token)),
                  FailsWith(c.code, std::string(c.message)))
          << c.name;
    }
  }
}

TEST_F(VerifierTest, VerifiesOnSeveralThreadsAtOnce) {
  ASSERT_THAT(Verify(request_), IsOk());
  const RequestView view(request_);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 500; ++k) {
          EXPECT_THAT(verifier_->Verify(*view, kRules, At("20260115T120000Z")), IsOk());
        }
      });
    }
  }
}

/// Changes every bit of `part` in turn and expects a refusal each time.
void ExpectEveryFlipRefused(std::string& part, std::string_view name,
                            const std::function<Result<Caller>()>& verify) {
  for (std::size_t i = 0; i < part.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      const char original = part[i];
      part[i] = static_cast<char>(original ^ (1 << bit));
      EXPECT_FALSE(verify().has_value()) << name << " byte " << i << " bit " << bit;
      part[i] = original;
    }
  }
}

TEST_F(VerifierTest, AnyChangeOfWhatIsSignedIsRefused) {
  request_.target = "/path?name=value&other";
  Sign(request_);
  ASSERT_THAT(Verify(request_), IsOk());
  const auto verify = [this] { return Verify(request_); };

  ExpectEveryFlipRefused(request_.method, "method", verify);
  ExpectEveryFlipRefused(request_.target, "target", verify);
  ExpectEveryFlipRefused(request_.body, "body", verify);
  for (const std::string name : {"Host", "Content-Type", "X-Amz-Target", "X-Amz-Date"}) {
    ExpectEveryFlipRefused(request_.Value(name), name, verify);
  }
}

// What a client says of its body is compared, never taken for the body's.
TEST_F(VerifierTest, AHashThatIsSentStandsForNoOtherBody) {
  request_.Set("x-amz-content-sha256", base::ToHex(crypto::Sha256(base::AsBytes(request_.body))));
  for (const std::string_view list :
       {"host;x-amz-content-sha256;x-amz-date;x-amz-target", "host;x-amz-date;x-amz-target"}) {
    Signing signing;
    signing.signed_headers = list;
    Sign(request_, signing);
    ASSERT_THAT(Verify(request_), IsOk()) << list;
    ExpectEveryFlipRefused(request_.body, "body", [this] { return Verify(request_); });
  }
}

TEST_F(VerifierTest, AnyChangeOfTheSignatureOrTheCredentialIsRefused) {
  const std::string header = request_.Value("Authorization");
  const auto flip_part = [&](std::size_t start, std::size_t length) {
    std::string part = header.substr(start, length);
    ExpectEveryFlipRefused(part, "Authorization", [&] {
      request_.Set("Authorization", header.substr(0, start) + part + header.substr(start + length));
      return Verify(request_);
    });
  };
  const std::size_t credential = header.find('=') + 1;

  flip_part(credential, header.find(", SignedHeaders") - credential);
  flip_part(header.size() - 64, 64);
}

TEST_F(VerifierTest, AChangedUnsignedHeaderIsAccepted) {
  for (const std::string name :
       {"User-Agent", "Accept-Encoding", "amz-sdk-request", "Content-Length"}) {
    request_.Set(name, "something else");
    EXPECT_THAT(Verify(request_), IsOk()) << name;
  }
  request_.Set("X-Forwarded-For", "192.0.2.1");
  EXPECT_THAT(Verify(request_), IsOk());
}

TEST_F(VerifierTest, ASecondTargetHeaderIsRefused) {
  request_.headers.emplace_back("x-amz-target", "secretsmanager.DeleteSecret");

  EXPECT_THAT(Verify(request_), FailsWith(ErrorCode::kInvalidSignature, kMismatch));
}

class TrustingVerifierTest : public VerifierTest {
 protected:
  TrustingVerifierTest() {
    options_.trust_any_signature = true;
    options_.default_account = "000000000000";
    request_.Remove("X-Amz-Date");
    request_.Set("X-Amz-Security-Token", "any");
  }
  Result<Caller> VerifyAs(const std::string& credential) {
    request_.Set("Authorization",
                 "AWS4-HMAC-SHA256 Credential=" + credential + ", SignedHeaders=, Signature=x");
    return Verify(request_);
  }
};

TEST_F(TrustingVerifierTest, TakesTheAccountFromTheAccessKey) {
  struct Case {
    std::string_view access_key_id;
    std::string_view account;
  };
  const Case cases[] = {
      {"AKIDALICE000000000", "111122223333"},
      {"123456789012", "123456789012"},
      {"test", "000000000000"},
      {"12345678901", "000000000000"},
      {"12345678901x", "000000000000"},
      {"", "000000000000"},
  };
  for (const Case& c : cases) {
    const auto caller =
        VerifyAs(std::string(c.access_key_id) + "/20200101/us-east-1/anything/aws4_request");
    ASSERT_THAT(caller, IsOk());
    EXPECT_EQ(caller->account, c.account);
    EXPECT_EQ(caller->principal_arn, "arn:aws:iam::" + std::string(c.account) + ":root");
    EXPECT_EQ(caller->access_key_id, c.access_key_id);
    EXPECT_EQ(caller->region, "us-east-1");
  }
}

TEST_F(TrustingVerifierTest, StillNeedsAWellFormedHeaderAndAKnownRegion) {
  EXPECT_THAT(VerifyAs("test"), FailsWithCode(ErrorCode::kIncompleteSignature));
  EXPECT_THAT(
      VerifyAs("test/20200101/mars/secretsmanager/aws4_request"),
      FailsWith(ErrorCode::kInvalidSignature, "Credential should be scoped to a valid region."));
  request_.Set("Authorization",
               "AWS4-HMAC-SHA256 Credential=test/20200101/us-east-1/s/aws4_request");
  EXPECT_THAT(Verify(request_), FailsWithCode(ErrorCode::kIncompleteSignature));
  request_.Remove("Authorization");
  EXPECT_THAT(Verify(request_), FailsWithCode(ErrorCode::kMissingAuthenticationToken));
}

}  // namespace
}  // namespace coffer::sigv4
