// Random requests that another implementation has signed, and what becomes of them when one bit of
// them is another.

#include "base/encoding.h"
#include "reference_signer.h"
#include "sigv4/query.h"
#include "sigv4/verifier.h"
#include "support/matchers.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <string>
#include <string_view>

namespace coffer::sigv4 {
namespace {

using coffer::test::IsOk;
using test::OwnedRequest;
using test::RequestView;
using test::Signing;

constexpr VerificationRules kRules{.service = "sts"};
constexpr std::string_view kDate = "20260115T120000Z";
constexpr int kRequests = 100;

class VerifierPropertyTest : public testing::TestWithParam<unsigned> {
 protected:
  VerifierPropertyTest() {
    credentials_.Add("AKIDALICE000000000", "111122223333", "alice/secret+KEY0");
    credentials_.AddSession("ASIAALICE000000000", "111122223333", "session's", kToken);
  }

  std::size_t Below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }
  bool Chance(std::size_t of) { return Below(of) == 0; }

  std::string Text(std::string_view characters, std::size_t longest) {
    std::string text;
    for (std::size_t left = Below(longest + 1); left > 0; --left) {
      text += characters[Below(characters.size())];
    }
    return text;
  }

  std::string Path() {
    std::string path = "/";
    while (!Chance(3)) path += Text("ab.-~%/ \xc3\xa9", 6) + (Chance(2) ? "/" : "");
    return path;
  }

  std::string Query() {
    std::string query;
    while (!Chance(4)) {
      query += (query.empty() ? "" : "&");
      for (std::size_t left = Below(4); left > 0; --left) {
        query += Chance(3) ? "%2f" : Text("aZ+*~._-", 3);
      }
      if (!Chance(4)) query += "=" + test::reference::Encode(Text("b/+ %\x80=&", 6));
    }
    return query;
  }

  /// Method, target, headers and body, with some that are signed and some that are not.
  OwnedRequest Unsigned(Signing& signing) {
    OwnedRequest request;
    request.method = Chance(2) ? "POST" : "GET";
    request.target = Path() + "?" + Query();
    request.headers = {{"Host", "vault.example.com:8443"}, {"User-Agent", "x"}};
    signing.signed_headers = "host";
    for (const std::string name : {"x-a", "x-b", "x-c"}) {
      if (Chance(2)) continue;
      signing.signed_headers += ';' + name;
      do {
        request.headers.emplace_back(name, Text("ab \t,\"", 12));
      } while (Chance(3));
    }
    if (Chance(2)) {
      signing.access_key_id = "ASIAALICE000000000";
      signing.secret = "session's";
    }
    signing.scope = "20260115/us-east-1/sts/aws4_request";
    constexpr std::size_t kSizes[] = {0, 1, 55, 56, 63, 64, 65, 200};
    for (std::size_t left = kSizes[Below(std::size(kSizes))]; left > 0; --left) {
      request.body += static_cast<char>(Below(256));
    }
    return request;
  }

  static bool HasToken(const Signing& signing) { return signing.access_key_id.starts_with("ASIA"); }

  /// Calls `change` for one bit of each byte of `part`, after it has been turned over.
  void FlipOneBitOfEachByte(std::string& part, const std::function<void()>& change) {
    for (char& byte : part) {
      const char original = byte;
      byte = static_cast<char>(original ^ (1 << Below(8)));
      change();
      byte = original;
    }
  }

  static constexpr const char* kToken = "token/of+a session==";

  test::FakeCredentials credentials_;
  Verifier verifier_{credentials_, {.regions = {"us-east-1"}}};
  std::mt19937 random_{GetParam()};  // NOLINT(cert-msc51-cpp): a failure can be repeated.
};

TEST_P(VerifierPropertyTest, OfSignedHeadersOnlyWhatMeansTheSameIsAccepted) {
  for (int i = 0; i < kRequests; ++i) {
    Signing signing;
    OwnedRequest request = Unsigned(signing);
    request.headers.emplace_back("X-Amz-Date", kDate);
    if (HasToken(signing)) request.headers.emplace_back("X-Amz-Security-Token", kToken);
    const std::string signature =
        test::reference::SignatureOf(request, signing, std::string(kDate));
    request.headers.emplace_back("Authorization",
                                 "AWS4-HMAC-SHA256 Credential=" + signing.access_key_id + '/' +
                                     signing.scope + ", SignedHeaders=" + signing.signed_headers +
                                     ", Signature=" + signature);
    const auto verify = [&] {
      const RequestView view(request);
      return verifier_.Verify(*view, kRules, test::At(kDate));
    };
    const auto check = [&] {
      const bool is_same =
          CheckQueryEscapes(SplitTarget(request.target).query).has_value() &&
          test::reference::SignatureOf(request, signing, std::string(kDate)) == signature;
      ASSERT_EQ(verify().has_value(), is_same) << request.method << ' ' << request.target;
    };
    ASSERT_THAT(verify(), IsOk()) << request.method << ' ' << request.target;

    FlipOneBitOfEachByte(request.method, check);
    FlipOneBitOfEachByte(request.target, check);
    FlipOneBitOfEachByte(request.body, check);
    for (auto& [name, value] : request.headers) {
      if (name == "Host" || name.starts_with("x-")) FlipOneBitOfEachByte(value, check);
    }
    const auto refused = [&] { ASSERT_FALSE(verify().has_value()); };
    FlipOneBitOfEachByte(request.Value("X-Amz-Date"), refused);
    if (HasToken(signing)) FlipOneBitOfEachByte(request.Value("X-Amz-Security-Token"), refused);
    std::string& header = request.Value("Authorization");
    const std::string intact = header;
    std::string sent = signature;
    FlipOneBitOfEachByte(sent, [&] {
      header = intact.substr(0, intact.size() - sent.size()) + sent;
      refused();
    });
  }
}

TEST_P(VerifierPropertyTest, OfAPresignedQueryOnlyWhatMeansTheSameIsAccepted) {
  for (int i = 0; i < kRequests; ++i) {
    Signing signing;
    OwnedRequest request = Unsigned(signing);
    const auto add = [&](std::string_view name, std::string_view value) {
      request.target += '&' + std::string(name) + '=' + test::reference::Encode(value);
    };
    add("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
    add("X-Amz-Credential", signing.access_key_id + '/' + signing.scope);
    add("X-Amz-Date", kDate);
    if (Chance(2)) add("X-Amz-Expires", std::to_string(1 + Below(604800)));
    add("X-Amz-SignedHeaders", signing.signed_headers);
    if (HasToken(signing)) add("X-Amz-Security-Token", kToken);
    const std::string signature =
        test::reference::SignatureOf(request, signing, std::string(kDate));
    std::string before = request.target;
    std::string behind = "&X-Amz-Signature=" + signature;
    const auto verify = [&] {
      OwnedRequest sent = request;
      sent.target = before + behind;
      const RequestView view(sent);
      return verifier_.VerifyPresigned(*view, kRules, test::At(kDate));
    };
    const auto check = [&] {
      request.target = before;
      const bool is_same =
          CheckQueryEscapes(SplitTarget(before).query).has_value() &&
          test::reference::SignatureOf(request, signing, std::string(kDate)) == signature;
      ASSERT_EQ(verify().has_value(), is_same) << request.method << ' ' << before << behind;
    };
    ASSERT_THAT(verify(), IsOk()) << request.method << ' ' << before << behind;

    FlipOneBitOfEachByte(request.method, check);
    FlipOneBitOfEachByte(before, check);
    FlipOneBitOfEachByte(request.body, check);
    for (auto& [name, value] : request.headers) {
      if (name == "Host" || name.starts_with("x-")) FlipOneBitOfEachByte(value, check);
    }
    FlipOneBitOfEachByte(behind, [&] { ASSERT_FALSE(verify().has_value()); });
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, VerifierPropertyTest, testing::Values(1U, 2U));

}  // namespace
}  // namespace coffer::sigv4
