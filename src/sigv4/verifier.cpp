#include "sigv4/verifier.h"

#include "base/account.h"
#include "base/encoding.h"
#include "base/log.h"
#include "crypto/digest.h"
#include "sigv4/authorization_header.h"
#include "sigv4/canonical_request.h"
#include "sigv4/credential_scope.h"
#include "sigv4/query.h"
#include "sigv4/signing_key.h"
#include "sigv4/signing_time.h"
#include "sigv4/text.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace coffer::sigv4 {
namespace {

constexpr std::string_view kMismatch =
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details.";
constexpr std::string_view kInvalidToken = "The security token included in the request is invalid.";
constexpr std::string_view kExpiredToken = "The security token included in the request is expired";
constexpr std::string_view kTokenHeader = "x-amz-security-token";

std::unexpected<ApiError> UnrecognizedClient() {
  return Fail(ErrorCode::kUnrecognizedClient, std::string(kInvalidToken));
}

/// One warning a second at most: these can be provoked without knowing any key.
bool MayWarn(Timestamp now) {
  static constinit std::atomic<std::int64_t> last_second = 0;
  const std::int64_t second =
      std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  return last_second.exchange(second, std::memory_order_relaxed) != second;
}

/// Checks 3 and 4: the signature is in the Authorization header, and there alone. Signed queries
/// are not accepted.
Result<void> CheckPlaceOfSignature(std::string_view authorization, std::string_view query) {
  if (authorization.empty()) {
    return Fail(ErrorCode::kMissingAuthenticationToken, "Missing Authentication Token");
  }
  if (!query.empty() && HasQueryParameter(query, "X-Amz-Algorithm")) {
    return Fail(ErrorCode::kInvalidSignature, "");
  }
  return {};
}

/// The text of X-Amz-Date, or else of Date; without data pointer when there is neither. A repeated
/// header gives its values joined in `joined`, which is no date.
std::string_view SentDate(const base::HttpRequest& request, std::string& joined) {
  std::string_view date;
  for (const std::string_view name : {"x-amz-date", "date"}) {
    for (const base::HttpHeader& header : request.headers) {
      if (!base::EqualsIgnoringCase(header.name, name)) continue;
      if (date.data() == nullptr) {
        date = header.value;
      } else {
        joined = Concatenate({date, ",", header.value});
        date = joined;
      }
    }
    if (date.data() != nullptr) break;
  }
  return date;
}

/// Check 9. The target must be signed as well, because it says which operation is meant.
Result<void> CheckSignedHeaders(const base::HttpRequest& request, std::string_view signed_headers) {
  if (!IsSigned(signed_headers, "host")) {
    return Fail(ErrorCode::kInvalidSignature,
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  if (request.Header("x-amz-target").data() != nullptr &&
      !IsSigned(signed_headers, "x-amz-target")) {
    return Fail(ErrorCode::kInvalidSignature,
                "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.");
  }
  return {};
}

/// The hash that the client sent is compared, never trusted; `UNSIGNED-PAYLOAD` and `STREAMING-…`
/// agree with no hash.
bool BodyHashAgrees(const base::HttpRequest& request, const crypto::Sha256Digest& body_hash) {
  const std::string_view sent = request.Header("x-amz-content-sha256");
  if (sent.data() == nullptr) return true;
  crypto::Sha256Digest decoded{};
  return base::FromHex(sent, decoded) && decoded == body_hash;
}

bool SignatureMatches(std::string_view sent, const crypto::Sha256Digest& expected) {
  crypto::Sha256Digest decoded{};
  return base::FromHex(sent, decoded) && crypto::ConstantTimeEqual(decoded, expected);
}

/// Signs for keys that do not exist, so that their refusal takes as long as that of others.
const crypto::HmacKey& DecoyKey() {
  static const crypto::HmacKey kKey(crypto::Sha256Digest{});
  return kKey;
}

}  // namespace

Verifier::Verifier(const CredentialSource& credentials, VerifierOptions options)
    : credentials_(credentials),
      options_(std::move(options)),
      cache_(std::make_unique<SigningKeyCache>()) {
  std::ranges::sort(options_.regions);
}

Verifier::~Verifier() = default;

// The order of the checks is AWS's; verifier.h lists them under the numbers at the right.
Result<Caller> Verifier::Verify(const base::HttpRequest& request, const VerificationRules& rules,
                                Timestamp now) const {
  const std::string_view query = SplitTarget(request.target).query;
  RETURN_IF_ERROR(CheckQueryEscapes(query));  // 2
  const std::string_view header = request.Header("authorization");
  RETURN_IF_ERROR(CheckPlaceOfSignature(header, query));  // 3, 4
  std::string joined_date;
  const std::string_view date = SentDate(request, joined_date);
  const bool has_date = date.data() != nullptr || options_.trust_any_signature;
  ASSIGN_OR_RETURN(const auto authorization, ParseAuthorizationHeader(header, has_date));  // 5–8
  if (options_.trust_any_signature) return Trust(authorization, request.Header(kTokenHeader));

  RETURN_IF_ERROR(CheckSignedHeaders(request, authorization.signed_headers));       // 9
  if (auto timely = CheckSigningTime(date, rules.clock_tolerance, now); !timely) {  // 10–12
    // When this host's own clock is wrong, every client fails, and only the operator can tell.
    if (timely.error().code == ErrorCode::kInvalidSignature && MayWarn(now)) {
      base::log::Warning("signature.time_refused", {{"reason", timely.error().message}});
    }
    return std::unexpected(std::move(timely).error());
  }
  ASSIGN_OR_RETURN(const auto scope, ParseCredential(authorization.credential));  // 13
  RETURN_IF_ERROR(CheckScope(
      scope, {.regions = options_.regions, .service = rules.service, .date = date}));  // 14
  return VerifySignature(request, authorization, scope, date, now);                    // 15–18
}

Result<Caller> Verifier::Trust(const AuthorizationHeader& authorization,
                               std::string_view session_token) const {
  ASSIGN_OR_RETURN(const auto scope, ParseCredential(authorization.credential));
  RETURN_IF_ERROR(CheckRegion(scope, options_.regions));
  Caller caller{.account = options_.default_account,
                .principal_arn = {},
                .access_key_id = std::string(scope.access_key_id),
                .region = std::string(scope.region),
                .session_token = {}};
  const bool is_account = base::IsAccountId(scope.access_key_id);
  if (is_account) caller.account = scope.access_key_id;
  // Who trusts any signature may send any token with a long-term key, too.
  for (const std::string_view token : {session_token, std::string_view()}) {
    if (is_account) break;
    auto credential = credentials_.Find({scope.access_key_id, token});
    if (!credential) continue;
    caller.account = std::move(credential->account);
    caller.principal_arn = std::move(credential->principal_arn);
    caller.session_token = token;
    return caller;
  }
  caller.principal_arn = base::RootArn(caller.account);
  return caller;
}

Result<Caller> Verifier::VerifySignature(const base::HttpRequest& request,
                                         const AuthorizationHeader& authorization,
                                         const CredentialScope& scope, std::string_view date,
                                         Timestamp now) const {
  thread_local std::string buffer;
  buffer.clear();
  const crypto::Sha256Digest body_hash = crypto::Sha256(base::AsBytes(request.body));
  const bool canonical =
      AppendCanonicalRequest(buffer, request, authorization.signed_headers, body_hash);
  const crypto::Sha256Digest request_hash = crypto::Sha256(base::AsBytes(buffer));
  buffer.clear();
  AppendStringToSign(buffer, date, scope.text, request_hash);

  const std::string_view session_token = request.Header(kTokenHeader);
  const auto found = FindSigningKey(authorization, scope, session_token);
  const crypto::Sha256Digest expected =
      (found ? (*found)->key : DecoyKey()).Sign(base::AsBytes(buffer));
  if (!found) {  // 15–17
    if (found.error() == CredentialFault::kUnknown) return UnrecognizedClient();
    return Fail(ErrorCode::kExpiredToken, std::string(kExpiredToken));
  }
  const SigningKey& key = **found;
  if (!canonical || !SignatureMatches(authorization.signature, expected) ||
      !BodyHashAgrees(request, body_hash)) {
    if (MayWarn(now)) {
      base::log::Warning("signature.mismatch_for_known_key",
                         {{"access_key_id", scope.access_key_id}, {"peer", request.peer_address}});
    }
    return Fail(ErrorCode::kInvalidSignature, std::string(kMismatch));
  }
  return Caller{.account = key.account,
                .principal_arn = key.principal_arn,
                .access_key_id = std::string(scope.access_key_id),
                .region = std::string(scope.region),
                .session_token = std::string(session_token)};
}

std::expected<std::shared_ptr<const SigningKey>, CredentialFault> Verifier::FindSigningKey(
    const AuthorizationHeader& authorization, const CredentialScope& scope,
    std::string_view session_token) const {
  const KeyReference reference{scope.access_key_id, session_token};
  const auto generation = credentials_.Generation(reference);
  if (!generation) return std::unexpected(generation.error());
  if (auto cached = cache_->Find(authorization.credential, *generation)) return cached;
  auto credential = credentials_.Find(reference);
  if (!credential) return std::unexpected(credential.error());
  auto key = std::make_shared<const SigningKey>(
      SigningKey{.key = DeriveSigningKey(credential->secret_access_key, scope),
                 .account = std::move(credential->account),
                 .principal_arn = std::move(credential->principal_arn)});
  cache_->Insert(authorization.credential, credential->generation, key);
  return key;
}

}  // namespace coffer::sigv4
