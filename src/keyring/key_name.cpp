#include "keyring/key_name.h"

#include "secrets/messages.h"
#include "secrets/secret_identifier.h"

#include <array>

namespace coffer::keyring {
namespace {

constexpr std::string_view kAliasPrefix = "alias/";
constexpr std::string_view kServiceAliasPrefix = "alias/aws/";
constexpr std::string_view kKeyPrefix = "key/";

Result<KeyName> ParseAlias(std::string_view account, std::string_view alias) {
  if (alias == kDefaultKeyAlias) return KeyName{KeyName::Kind::kDefault, std::string(account), {}};
  if (alias.starts_with(kServiceAliasPrefix)) return std::unexpected(secrets::KmsAccessDenied());
  if (alias == kAliasPrefix) return std::unexpected(KeyNotFound(alias));
  return KeyName{KeyName::Kind::kAlias, std::string(account), std::string(alias)};
}

}  // namespace

std::optional<KeyArnParts> ParseKeyArn(std::string_view arn) {
  std::array<std::string_view, 5> fields;
  for (std::string_view& field : fields) {
    const std::size_t colon = arn.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    field = arn.substr(0, colon);
    arn.remove_prefix(colon + 1);
  }
  const auto& [scheme, partition, service, region, account] = fields;
  if (scheme != "arn" || partition.empty() || service != "kms") return std::nullopt;
  return KeyArnParts{region, account, arn};
}

std::string AliasArn(std::string_view region, std::string_view account, std::string_view alias) {
  std::string arn = "arn:" + std::string(secrets::PartitionOf(region));
  arn.append(":kms:").append(region).append(":").append(account);
  return arn.append(":").append(alias);
}

std::string KeyArn(std::string_view region, std::string_view account, std::string_view name) {
  return AliasArn(region, account, std::string(kKeyPrefix).append(name));
}

Result<KeyName> ParseKeyName(std::string_view account, std::string_view region,
                             std::string_view kms_key_id) {
  if (kms_key_id.starts_with(kAliasPrefix)) return ParseAlias(account, kms_key_id);
  if (!kms_key_id.starts_with("arn:")) {
    if (kms_key_id.empty()) return std::unexpected(KeyNotFound(kms_key_id));
    return KeyName{KeyName::Kind::kName, std::string(account), std::string(kms_key_id)};
  }

  const std::optional<KeyArnParts> arn = ParseKeyArn(kms_key_id);
  if (!arn) return std::unexpected(KeyNotFound(kms_key_id));
  if (arn->region != region) return std::unexpected(secrets::InvalidKmsKeyRegion(arn->region));
  if (arn->resource.starts_with(kAliasPrefix)) return ParseAlias(arn->account, arn->resource);
  if (!arn->resource.starts_with(kKeyPrefix) || arn->resource.size() == kKeyPrefix.size()) {
    return std::unexpected(KeyNotFound(kms_key_id));
  }
  return KeyName{KeyName::Kind::kName, std::string(arn->account),
                 std::string(arn->resource.substr(kKeyPrefix.size()))};
}

ApiError KeyNotFound(std::string_view kms_key_id) {
  return {ErrorCode::kResourceNotFound,
          "There is no KMS key '" + std::string(kms_key_id) + "' in this account and region."};
}

}  // namespace coffer::keyring
