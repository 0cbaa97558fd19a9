#include "sigv4/verifier.h"

#include "base/account.h"
#include "base/encoding.h"
#include "base/log.h"
#include "crypto/digest.h"
#include "sigv4/authorization_header.h"
#include "sigv4/canonical_request.h"
#include "sigv4/credential_scope.h"
#include "sigv4/presigned_query.h"
#include "sigv4/query.h"
#include "sigv4/signing_key.h"
#include "sigv4/signing_time.h"
#include "sigv4/text.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

namespace coffer::sigv4 {

/// What a request says about its signature, in whichever place.
struct SignatureClaim {
  AuthorizationHeader parameters;
  std::string_view date;
  std::string_view session_token;    ///< Empty when there is none.
  std::chrono::seconds lifetime{0};  ///< Asked for; counts when it is longer than the tolerance.
};

namespace {

constexpr std::string_view kMismatch =
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details.";
constexpr std::string_view kInvalidToken = "The security token included in the request is invalid.";
constexpr std::string_view kExpiredToken = "The security token included in the request is expired";
constexpr std::string_view kQueryAlgorithm = "X-Amz-Algorithm";
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

/// Checks 3 and 4 where the header is to have the signature: a presigned query alone does not
/// count.
Result<void> CheckPlaceOfSignature(std::string_view authorization, std::string_view query) {
  if (authorization.empty()) {
    return Fail(ErrorCode::kMissingAuthenticationToken, "Missing Authentication Token");
  }
  if (!query.empty() && FindQueryParameter(query, kQueryAlgorithm)) {
    return Fail(ErrorCode::kInvalidSignature, "");
  }
  return {};
}

/// The same where the query is to have it.
Result<void> CheckPlaceOfPresignature(std::string_view authorization, std::string_view query) {
  const auto algorithm = FindQueryParameter(query, kQueryAlgorithm);
  if (algorithm && !authorization.empty()) return Fail(ErrorCode::kInvalidSignature, "");
  if (algorithm != kAlgorithm) {
    return Fail(ErrorCode::kMissingAuthenticationToken, "Missing Authentication Token");
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

/// Whether `key` signs `request` as the claim says.
bool SignatureMatches(const base::HttpRequest& request, const crypto::Sha256Digest& body_hash,
                      const SignatureClaim& claim, const CredentialScope& scope,
                      const crypto::HmacKey& key) {
  thread_local std::string buffer;
  buffer.clear();
  const bool canonical =
      AppendCanonicalRequest(buffer, request, claim.parameters.signed_headers, body_hash);
  const crypto::Sha256Digest request_hash = crypto::Sha256(base::AsBytes(buffer));
  buffer.clear();
  AppendStringToSign(buffer, claim.date, scope.text, request_hash);
  const crypto::Sha256Digest expected = key.Sign(base::AsBytes(buffer));
  crypto::Sha256Digest sent{};
  return canonical && base::FromHex(claim.parameters.signature, sent) &&
         crypto::ConstantTimeEqual(sent, expected);
}

/// `request` with another query.
base::HttpRequest WithQuery(const base::HttpRequest& request, std::string& target,
                            std::string_view query) {
  target = Concatenate({SplitTarget(request.target).path, "?", query});
  base::HttpRequest form = request;
  form.target = target;
  return form;
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
  ASSIGN_OR_RETURN(const auto parameters, ParseAuthorizationHeader(header, has_date));  // 5–8
  const SignatureClaim claim{
      .parameters = parameters, .date = date, .session_token = request.Header(kTokenHeader)};
  if (options_.trust_any_signature) return Trust(claim);

  ASSIGN_OR_RETURN(const auto scope, CheckClaim(request, claim, rules, now));  // 9–14
  return VerifySignature({&request, 1}, claim, scope, now);                    // 15–18
}

Result<Caller> Verifier::VerifyPresigned(const base::HttpRequest& request,
                                         const VerificationRules& rules, Timestamp now) const {
  const std::string_view query = SplitTarget(request.target).query;
  RETURN_IF_ERROR(CheckQueryEscapes(query));                                          // 2
  RETURN_IF_ERROR(CheckPlaceOfPresignature(request.Header("authorization"), query));  // 3, 4
  ASSIGN_OR_RETURN(const auto presigned,
                   ParsePresignedQuery(query, !options_.trust_any_signature));  // 7, 8
  const SignatureClaim claim{.parameters = {.credential = presigned.credential,
                                            .signed_headers = presigned.signed_headers,
                                            .signature = presigned.signature},
                             .date = presigned.date,
                             .session_token = presigned.session_token,
                             .lifetime = presigned.lifetime};
  if (options_.trust_any_signature) return Trust(claim);

  ASSIGN_OR_RETURN(const auto scope, CheckClaim(request, claim, rules, now));  // 9–14
  // The client signed the query before it knew the signature. Some add the token afterwards, too;
  // the token is safe all the same, because its secret is that of the key.
  const std::string without_signature = WithoutQueryParameter(query, kQuerySignature);
  std::array<std::string, 2> targets;
  const std::array forms = {
      WithQuery(request, targets[0], without_signature),
      WithQuery(request, targets[1], WithoutQueryParameter(without_signature, kQueryToken))};
  const std::size_t count = claim.session_token.empty() ? 1 : forms.size();
  return VerifySignature(std::span(forms).first(count), claim, scope, now);  // 15–18
}

Result<Caller> Verifier::Trust(const SignatureClaim& claim) const {
  ASSIGN_OR_RETURN(const auto scope, ParseCredential(claim.parameters.credential));
  RETURN_IF_ERROR(CheckRegion(scope, options_.regions));
  Caller caller{.account = options_.default_account,
                .principal_arn = {},
                .access_key_id = std::string(scope.access_key_id),
                .region = std::string(scope.region),
                .session_token = {}};
  const bool is_account = base::IsAccountId(scope.access_key_id);
  if (is_account) caller.account = scope.access_key_id;
  // Who trusts any signature may send any token with a long-term key, too.
  for (const std::string_view token : {claim.session_token, std::string_view()}) {
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

/// Checks 9 to 14.
Result<CredentialScope> Verifier::CheckClaim(const base::HttpRequest& request,
                                             const SignatureClaim& claim,
                                             const VerificationRules& rules, Timestamp now) const {
  RETURN_IF_ERROR(CheckSignedHeaders(request, claim.parameters.signed_headers));  // 9
  const SigningWindow window{
      .past = std::max<std::chrono::seconds>(rules.clock_tolerance, claim.lifetime),
      .future = rules.clock_tolerance};
  if (auto timely = CheckSigningTime(claim.date, window, now); !timely) {  // 10–12
    // When this host's own clock is wrong, every client fails, and only the operator can tell.
    if (timely.error().code == ErrorCode::kInvalidSignature && MayWarn(now)) {
      base::log::Warning("signature.time_refused", {{"reason", timely.error().message}});
    }
    return std::unexpected(std::move(timely).error());
  }
  ASSIGN_OR_RETURN(const auto scope, ParseCredential(claim.parameters.credential));  // 13
  RETURN_IF_ERROR(CheckScope(
      scope, {.regions = options_.regions, .service = rules.service, .date = claim.date}));  // 14
  return scope;
}

/// Checks 15 to 18. `forms` are what the client may have signed: one of them has to fit.
Result<Caller> Verifier::VerifySignature(std::span<const base::HttpRequest> forms,
                                         const SignatureClaim& claim, const CredentialScope& scope,
                                         Timestamp now) const {
  const base::HttpRequest& request = forms.front();
  const crypto::Sha256Digest body_hash = crypto::Sha256(base::AsBytes(request.body));
  const auto found = FindSigningKey(claim, scope);
  const crypto::HmacKey& signing_key = found ? (*found)->key : DecoyKey();
  const bool matches = std::ranges::any_of(forms, [&](const base::HttpRequest& form) {
    return SignatureMatches(form, body_hash, claim, scope, signing_key);
  });
  if (!found) {  // 15–17
    if (found.error() == CredentialFault::kUnknown) return UnrecognizedClient();
    return Fail(ErrorCode::kExpiredToken, std::string(kExpiredToken));
  }
  if (!matches || !BodyHashAgrees(request, body_hash)) {  // 18
    if (MayWarn(now)) {
      base::log::Warning("signature.mismatch_for_known_key",
                         {{"access_key_id", scope.access_key_id}, {"peer", request.peer_address}});
    }
    return Fail(ErrorCode::kInvalidSignature, std::string(kMismatch));
  }
  const SigningKey& key = **found;
  return Caller{.account = key.account,
                .principal_arn = key.principal_arn,
                .access_key_id = std::string(scope.access_key_id),
                .region = std::string(scope.region),
                .session_token = std::string(claim.session_token)};
}

std::expected<std::shared_ptr<const SigningKey>, CredentialFault> Verifier::FindSigningKey(
    const SignatureClaim& claim, const CredentialScope& scope) const {
  const KeyReference reference{scope.access_key_id, claim.session_token};
  const auto generation = credentials_.Generation(reference);
  if (!generation) return std::unexpected(generation.error());
  const std::string_view cache_key = claim.parameters.credential;
  if (auto cached = cache_->Find(cache_key, *generation)) return cached;
  auto credential = credentials_.Find(reference);
  if (!credential) return std::unexpected(credential.error());
  auto key = std::make_shared<const SigningKey>(
      SigningKey{.key = DeriveSigningKey(credential->secret_access_key, scope),
                 .account = std::move(credential->account),
                 .principal_arn = std::move(credential->principal_arn)});
  cache_->Insert(cache_key, credential->generation, key);
  return key;
}

}  // namespace coffer::sigv4
