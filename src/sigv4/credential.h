#pragma once

#include "coffer/secret_bytes.h"

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace coffer::sigv4 {

/// Who signed a request, and for which region.
struct Caller {
  std::string account;        ///< Twelve digits.
  std::string principal_arn;  ///< `arn:aws:iam::<account>:root` for a root access key.
  std::string access_key_id;
  std::string region;         ///< Of the credential scope.
  std::string session_token;  ///< Empty for a long-term key.
};

/// What verification needs of one access key.
struct Credential {
  std::string account;
  std::string principal_arn;
  SecretBytes secret_access_key;
  /// Changes whenever the key does (made anew, deactivated); cached signing keys are tied to it.
  std::uint64_t generation = 0;
};

/// What a request says about the key that signed it.
struct KeyReference {
  std::string_view access_key_id;
  std::string_view session_token;  ///< Empty when there is none.
};

/// Why there is no credential.
enum class CredentialFault : std::uint8_t {
  kUnknown,  ///< No such key, an inactive one, or not with this token: nobody can tell these apart.
  kExpired,  ///< The token is good and its time is over.
};

/// Where access keys come from. Safe to call from any thread.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  [[nodiscard]] virtual std::expected<Credential, CredentialFault> Find(
      const KeyReference& key) const = 0;
  /// The generation that Find would answer, or its fault; cheap, called for every request. Those of
  /// two sessions differ.
  [[nodiscard]] virtual std::expected<std::uint64_t, CredentialFault> Generation(
      const KeyReference& key) const = 0;
};

}  // namespace coffer::sigv4
