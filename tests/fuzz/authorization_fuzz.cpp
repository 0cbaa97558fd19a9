// The Authorization header and all else of a request that is read before its sender is known.
// Input: one line each for Authorization, X-Amz-Date, X-Amz-Content-Sha256 and the request target,
// then the body.

#include "base/log.h"
#include "sigv4/authorization_header.h"
#include "sigv4/signing_time.h"
#include "sigv4/verifier.h"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <expected>
#include <string_view>

namespace {

using coffer::sigv4::Caller;
using coffer::sigv4::Credential;
using coffer::sigv4::CredentialFault;
using coffer::sigv4::KeyReference;
using coffer::sigv4::Verifier;
using coffer::sigv4::VerifierOptions;

/// One known key, whose secret signed none of the seeds: whatever is accepted is a forgery.
class OneKey final : public coffer::sigv4::CredentialSource {
 public:
  std::expected<Credential, CredentialFault> Find(const KeyReference& key) const override {
    if (!Generation(key)) return std::unexpected(CredentialFault::kUnknown);
    return Credential{
        .account = "111122223333",
        .principal_arn = "arn:aws:iam::111122223333:root",
        .secret_access_key = coffer::SecretBytes::FromText("not the one of the seeds"),
        .generation = 1};
  }
  std::expected<std::uint64_t, CredentialFault> Generation(const KeyReference& key) const override {
    if (key.access_key_id != "AKIDALICE000000000" || !key.session_token.empty()) {
      return std::unexpected(CredentialFault::kUnknown);
    }
    return 1;
  }
};

VerifierOptions Options(bool trust_any_signature) {
  VerifierOptions options;
  options.regions = {"us-east-1"};
  options.trust_any_signature = trust_any_signature;
  return options;
}

std::string_view TakeLine(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coffer::base::log::SetLevel(coffer::base::log::Level::kOff);
  static const OneKey credentials;
  static const Verifier verifier(credentials, Options(false));
  static const Verifier trusting(credentials, Options(true));
  static const auto now = *coffer::sigv4::ParseBasicTime("20260115T120000Z");

  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const std::string_view authorization = TakeLine(rest);
  const std::array headers = {
      coffer::base::HttpHeader{"Host", "127.0.0.1:18080"},
      coffer::base::HttpHeader{"Content-Type", "application/x-amz-json-1.1"},
      coffer::base::HttpHeader{"X-Amz-Target", "secretsmanager.GetSecretValue"},
      coffer::base::HttpHeader{"Authorization", authorization},
      coffer::base::HttpHeader{"X-Amz-Date", TakeLine(rest)},
      coffer::base::HttpHeader{"X-Amz-Content-Sha256", TakeLine(rest)},
  };
  coffer::base::HttpRequest request;
  request.method = "POST";
  request.headers = headers;
  request.target = TakeLine(rest);
  request.body = rest;

  const coffer::sigv4::VerificationRules rules{.service = "secretsmanager"};
  static_cast<void>(coffer::sigv4::ParseAuthorizationHeader(authorization, true));
  if (verifier.Verify(request, rules, now)) std::abort();
  if (verifier.VerifyPresigned(request, rules, now)) std::abort();
  for (const auto& trusted :
       {trusting.Verify(request, rules, now), trusting.VerifyPresigned(request, rules, now)}) {
    if (trusted && trusted->account.size() != 12) std::abort();
  }
  return 0;
}
