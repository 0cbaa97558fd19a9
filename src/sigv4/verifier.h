#pragma once

#include "base/http_message.h"
#include "coffer/clock.h"
#include "coffer/result.h"
#include "sigv4/credential.h"

#include <chrono>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::sigv4 {

struct CredentialScope;
struct SignatureClaim;
struct SigningKey;
class SigningKeyCache;

/// What a service expects of the requests that reach it.
struct VerificationRules {
  std::string_view service;                 ///< `secretsmanager`
  std::chrono::minutes clock_tolerance{5};  ///< Both ways, inclusive.
};

struct VerifierOptions {
  std::vector<std::string> regions;  ///< Scopes of other regions are refused.
  /// Accept any well-formed header whatever its signature, and unknown keys as root of the default
  /// account. For people who come from an emulator that never checked; development profile only.
  bool trust_any_signature = false;
  std::string default_account = "000000000000";
};

/// Verifies Signature Version 4, of the Authorization header or of a presigned query. Messages are
/// AWS's, and so is the order of the checks, which decides what a request with several faults is
/// told:
///
///          1  request line and target are well formed (seen to before the request comes here)
///          2  every `%` of the query begins an escape
///       3, 4  there is a signature, in the Authorization header or the query, not in both
///     5 to 8  its algorithm, pieces and parameters
///          9  `host` and `x-amz-target` are among the signed headers
///   10 to 12  the date has the right form and is near the server's time
///     13, 14  the credential has five parts; its scope is one that is served here
///         15  a session token is one that was made for this access key
///         16  it has not expired
///     17, 18  the access key is known; the signature is right
///
/// The body is always hashed here; x-amz-content-sha256 is compared, never trusted. Derived keys
/// are cached by (access key, generation, date, region, service). Safe to call from any thread.
class Verifier {
 public:
  /// `credentials` must outlive the verifier.
  Verifier(const CredentialSource& credentials, VerifierOptions options);
  ~Verifier();
  Verifier(const Verifier&) = delete;
  Verifier& operator=(const Verifier&) = delete;

  /// The caller, or the refusal of the first check that fails. `now` is the system's time, one
  /// reading for a request.
  [[nodiscard]] Result<Caller> Verify(const base::HttpRequest& request,
                                      const VerificationRules& rules, Timestamp now) const;

  /// The same for a request that has its signature in the query. It holds as long as the clock
  /// tolerance, as with AWS, or longer if X-Amz-Expires says so.
  [[nodiscard]] Result<Caller> VerifyPresigned(const base::HttpRequest& request,
                                               const VerificationRules& rules, Timestamp now) const;

 private:
  [[nodiscard]] Result<Caller> Trust(const SignatureClaim& claim) const;
  [[nodiscard]] Result<CredentialScope> CheckClaim(const base::HttpRequest& request,
                                                   const SignatureClaim& claim,
                                                   const VerificationRules& rules,
                                                   Timestamp now) const;
  [[nodiscard]] Result<Caller> VerifySignature(std::span<const base::HttpRequest> forms,
                                               const SignatureClaim& claim,
                                               const CredentialScope& scope, Timestamp now) const;
  [[nodiscard]] std::expected<std::shared_ptr<const SigningKey>, CredentialFault> FindSigningKey(
      const SignatureClaim& claim, const CredentialScope& scope) const;

  const CredentialSource& credentials_;
  VerifierOptions options_;
  std::unique_ptr<SigningKeyCache> cache_;
};

}  // namespace coffer::sigv4
