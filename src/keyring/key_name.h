#pragma once

#include "coffer/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::keyring {

/// The alias of the default key: what AWS shows as Secrets Manager's own key.
inline constexpr std::string_view kDefaultKeyAlias = "alias/aws/secretsmanager";

/// A KmsKeyId, taken apart but not looked up.
struct KeyName {
  enum class Kind : std::uint8_t { kDefault, kName, kAlias };
  Kind kind = Kind::kName;
  std::string account;  ///< Of an ARN its own, else the caller's.
  /// kName: what follows `key/` in an ARN; kAlias: `alias/<name>`.
  std::string text;
};

/// `arn:<partition>:kms:<region>:<account>:<resource>`, taken apart.
struct KeyArnParts {
  std::string_view region;
  std::string_view account;
  std::string_view resource;  ///< `key/<name>` or `alias/<name>`
};
/// Nullopt for anything else.
[[nodiscard]] std::optional<KeyArnParts> ParseKeyArn(std::string_view arn);

/// `arn:aws:kms:<region>:<account>:key/<name>`
[[nodiscard]] std::string KeyArn(std::string_view region, std::string_view account,
                                 std::string_view name);
/// `arn:aws:kms:<region>:<account>:alias/<name>`; `alias` has the prefix.
[[nodiscard]] std::string AliasArn(std::string_view region, std::string_view account,
                                   std::string_view alias);

/// Understands a key id, `alias/<name>`, and the ARN of either, which must be of this region;
/// aliases of other AWS services' keys are refused.
[[nodiscard]] Result<KeyName> ParseKeyName(std::string_view account, std::string_view region,
                                           std::string_view kms_key_id);

/// The refusal for a key that does not exist.
[[nodiscard]] ApiError KeyNotFound(std::string_view kms_key_id);

}  // namespace coffer::keyring
