#include "keyring/wrapped_keys.h"

#include "base/encoding.h"

#include <limits>

namespace coffer::keyring {

void BindKeyVersion(BindingContext& context, const store::KeyRow& key, std::uint32_t version) {
  context.Add(ContextTag::kAccount, key.account)
      .Add(ContextTag::kRegion, key.region)
      .Add(ContextTag::kKeyId, key.id)
      .Add(ContextTag::kKeyVersion, version);
}

void BindAccessKey(BindingContext& context, std::string_view access_key_id,
                   std::string_view account) {
  context.Add(ContextTag::kAccount, account).Add(ContextTag::kAccessKeyId, access_key_id);
}

std::vector<std::byte> DecodeSealed(std::string_view base64) {
  std::vector<std::byte> sealed(base64.size() / 4 * 3);
  const auto size = base::DecodeBase64(base64, sealed.data());
  if (!size) throw store::IntegrityError("identities: a sealed access key cannot be read");
  sealed.resize(*size);
  return sealed;
}

std::string EncodeSealed(std::span<const std::byte> record) {
  std::string text(base::Base64Length(record.size()), '\0');
  base::EncodeBase64(record, text.data());
  return text;
}

std::optional<std::uint32_t> MasterVersionOf(std::span<const std::byte> record, Purpose purpose) {
  const auto header = ParseRecord(record, purpose);
  if (!header || header->key_id != secrets::KeyId{}) return std::nullopt;
  return header->key_version;
}

std::map<std::uint32_t, WrappedKeyCounts> CountWrappedKeys(Transaction& transaction,
                                                           const store::KeyStore& keys,
                                                           const store::IdentityStore& identities) {
  std::map<std::uint32_t, WrappedKeyCounts> counts;
  for (const auto& [version, count] : store::KeyStore::CountByMaster(transaction)) {
    counts[version].key_versions = count;
  }
  const auto count = [&](std::span<const std::byte> sealed) {
    const auto version = MasterVersionOf(sealed, Purpose::kAccessKeySecret);
    if (version) ++counts[*version].access_keys;
  };
  for (const store::AccessKeyRow& row : keys.AccessKeys(transaction)) count(row.sealed_secret);
  constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
  for (const std::string& id : identities.Ids<identity::AccessKey>(transaction, "", kAll)) {
    try {
      const auto key = identities.FindById<identity::AccessKey>(transaction, id);
      if (key) count(DecodeSealed(key->entity.sealed_secret));
    } catch (const store::IntegrityError&) {
      continue;
    }
  }
  return counts;
}

}  // namespace coffer::keyring
