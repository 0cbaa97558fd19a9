#include "services/kms/key_identifier.h"

#include "base/ascii.h"
#include "keyring/key_name.h"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace coffer::services::kms {
namespace {

constexpr std::string_view kKeyPrefix = "key/";

ApiError InvalidKeyId(std::string_view key_id) {
  return {ErrorCode::kNotFound, "Invalid keyId '" + std::string(key_id) + "'"};
}

bool IsHex(char c) { return base::HexDigitValue(c) >= 0; }

}  // namespace

Result<KeyIdentifier> ParseKeyIdentifier(std::string_view account, std::string_view region,
                                         std::string_view key_id) {
  if (!key_id.starts_with("arn:")) {
    return KeyIdentifier{.account = std::string(account),
                         .text = std::string(key_id),
                         .is_alias = key_id.starts_with(kAliasPrefix)};
  }
  const std::optional<keyring::KeyArnParts> arn = keyring::ParseKeyArn(key_id);
  if (!arn) return std::unexpected(InvalidKeyId(key_id));
  if (arn->region != region) {
    return Fail(ErrorCode::kNotFound, "Invalid arn " + std::string(arn->region));
  }
  KeyIdentifier identifier{.account = std::string(arn->account),
                           .text = std::string(arn->resource),
                           .is_alias = arn->resource.starts_with(kAliasPrefix)};
  if (identifier.is_alias) return identifier;
  if (!arn->resource.starts_with(kKeyPrefix)) return std::unexpected(InvalidKeyId(key_id));
  identifier.text.erase(0, kKeyPrefix.size());
  return identifier;
}

bool IsKeyIdForm(std::string_view text) {
  constexpr std::string_view kMultiRegion = "mrk-";
  if (text.starts_with(kMultiRegion)) {
    text.remove_prefix(kMultiRegion.size());
    return text.size() == 32 && std::ranges::all_of(text, IsHex);
  }
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_dash_place = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash_place ? text[i] != '-' : !IsHex(text[i])) return false;
  }
  return true;
}

std::string ArnOf(const store::KeyRow& key) {
  return keyring::KeyArn(key.region, key.account, key.name);
}

ApiError KeyNotFound(std::string_view region, const KeyIdentifier& identifier) {
  if (identifier.is_alias) {
    return {ErrorCode::kNotFound,
            "Alias " + keyring::AliasArn(region, identifier.account, identifier.text) +
                " is not found."};
  }
  if (!IsKeyIdForm(identifier.text)) return InvalidKeyId(identifier.text);
  return {
      ErrorCode::kNotFound,
      "Key '" + keyring::KeyArn(region, identifier.account, identifier.text) + "' does not exist"};
}

Result<void> CheckAliasName(std::string_view alias) {
  if (!alias.starts_with(kAliasPrefix)) {
    return Fail(ErrorCode::kValidation,
                "Alias must start with the prefix \"alias/\". Please see "
                "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html");
  }
  if (alias.starts_with(kServiceAliasPrefix)) return Fail(ErrorCode::kNotAuthorized, "");
  if (alias == kAliasPrefix || alias.contains(':')) {
    return Fail(ErrorCode::kInvalidAliasName,
                std::string(alias) + " contains invalid characters for an alias");
  }
  return {};
}

Result<void> RefuseAlias(std::string_view key_id) {
  const std::optional<keyring::KeyArnParts> arn = keyring::ParseKeyArn(key_id);
  if (!(arn ? arn->resource : key_id).starts_with(kAliasPrefix)) return {};
  return std::unexpected(InvalidKeyId(key_id));
}

}  // namespace coffer::services::kms
