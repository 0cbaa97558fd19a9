#pragma once

#include "coffer/error.h"
#include "coffer/result.h"
#include "store/key_store.h"

#include <string>
#include <string_view>

/// How keys and aliases are named in requests and refusals of KMS.
namespace coffer::services::kms {

inline constexpr std::string_view kAliasPrefix = "alias/";
inline constexpr std::string_view kServiceAliasPrefix = "alias/aws/";

/// A KeyId, taken apart but not looked up.
struct KeyIdentifier {
  std::string account;  ///< Of an ARN its own, else the caller's.
  std::string text;     ///< What follows `key/` in an ARN, or `alias/<name>`.
  bool is_alias = false;
};

/// Understands a key id, a key ARN, an alias name and an alias ARN. NotFound for an ARN of another
/// region and for what is none of KMS's.
[[nodiscard]] Result<KeyIdentifier> ParseKeyIdentifier(std::string_view account,
                                                       std::string_view region,
                                                       std::string_view key_id);

/// Whether `text` has the form of a key id: a UUID, or `mrk-` and 32 hexadecimal digits.
[[nodiscard]] bool IsKeyIdForm(std::string_view text);

[[nodiscard]] std::string ArnOf(const store::KeyRow& key);

/// The refusal for what is not there.
[[nodiscard]] ApiError KeyNotFound(std::string_view region, const KeyIdentifier& identifier);

/// The form of an alias that a request makes, changes or deletes: the prefix, a name behind it, and
/// none of AWS's own. Validation, InvalidAliasName, NotAuthorized.
[[nodiscard]] Result<void> CheckAliasName(std::string_view alias);

/// The operations that change a key take its id or its ARN, no alias. NotFound.
[[nodiscard]] Result<void> RefuseAlias(std::string_view key_id);

}  // namespace coffer::services::kms
