#pragma once

#include "base/shape.h"
#include "coffer/result.h"
#include "keyring/envelope.h"
#include "secrets/secret.h"
#include "services/secretsmanager/context.h"
#include "store/secret_store.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Reading and writing of values, as several operations do it.
namespace coffer::services::secretsmanager {

/// The value that a request carries, if any. Both members at once have been refused before.
[[nodiscard]] std::optional<keyring::Value> GivenValue(
    const std::optional<base::SecretText>& secret_string,
    const std::optional<base::SecretBlob>& secret_binary);

/// Whether `secret` never had a value, though a rotation may have made a version for one. The first
/// value of all is current, whatever the request says.
[[nodiscard]] bool IsWithoutValue(const secrets::Secret& secret);

/// A value on its way out: exactly one of the two is set.
struct ShownValue {
  std::optional<base::SecretText> secret_string;
  std::optional<base::SecretBlob> secret_binary;
};
[[nodiscard]] ShownValue Show(keyring::Value value);

/// A version with its opened value.
struct ReadVersion {
  std::shared_ptr<const store::StoredVersion> stored;
  keyring::Value value;
};

/// Reads a version of an active secret and notes the access. ResourceNotFound when there is no such
/// version or it has no value yet; DecryptionFailure when it cannot be opened.
[[nodiscard]] Result<ReadVersion> ReadValue(const Context& context, const secrets::Secret& secret,
                                            std::string_view version_id);

/// What `token` means for a secret that is given `value`.
enum class TokenUse : std::uint8_t {
  kNew,      ///< No version has this id: make one.
  kReplay,   ///< The version exists with the same value: answer as the first time.
  kPending,  ///< The version was made by a rotation and waits for its value.
};
/// ResourceExists when the version exists with another value. Comparing is a use of the key.
[[nodiscard]] Result<TokenUse> ExamineToken(const Context& context, const secrets::Secret& secret,
                                            std::string_view token, const keyring::Value& value);

/// What stands for the version's id where a key is only tried (AWS: encryption context).
inline constexpr std::string_view kKeyProbe = "RequestToValidateKeyAccess";

/// The key that version `version_id` of `secret` is to be sealed under.
[[nodiscard]] Result<keyring::UsableKey> KeyOf(const Context& context,
                                               const secrets::Secret& secret,
                                               std::string_view version_id);

/// Makes room where `secret` has more versions than AWS's quota; LimitExceeded when there is none
/// to be made. `secret` is changed, but not stored.
[[nodiscard]] Result<void> RemoveSurplus(const Context& context, secrets::Secret& secret);

/// Seals `value` as version `token` of `secret`, stores it and moves the labels; removes surplus
/// unlabelled versions. `secret` is changed, but not stored: the caller does that once.
[[nodiscard]] Result<void> AddVersion(const Context& context, secrets::Secret& secret,
                                      const std::string& token,
                                      const std::optional<std::vector<std::string>>& stages,
                                      const keyring::Value& value);

}  // namespace coffer::services::secretsmanager
