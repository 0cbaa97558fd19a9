#pragma once

#include "coffer/secret_bytes.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::sigv4 {

/// Who signed a request, and for which region.
struct Caller {
  std::string account;        ///< Twelve digits.
  std::string principal_arn;  ///< `arn:aws:iam::<account>:root` for a root access key.
  std::string access_key_id;
  std::string region;  ///< Of the credential scope.
};

/// What verification needs of one access key.
struct Credential {
  std::string account;
  std::string principal_arn;
  SecretBytes secret_access_key;
  /// Changes whenever the key does (made anew, deactivated); cached signing keys are tied to it.
  std::uint64_t generation = 0;
};

/// Where access keys come from. Safe to call from any thread.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  /// Nullopt when the key is unknown or inactive: the caller cannot tell these apart.
  [[nodiscard]] virtual std::optional<Credential> Find(std::string_view access_key_id) const = 0;
  /// The generation that Find would answer, or nullopt; cheap, called for every request.
  [[nodiscard]] virtual std::optional<std::uint64_t> Generation(
      std::string_view access_key_id) const = 0;
};

}  // namespace coffer::sigv4
