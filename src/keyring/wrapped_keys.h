#pragma once

#include "coffer/database.h"
#include "keyring/record.h"
#include "store/identity_store.h"
#include "store/key_store.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What the master key wraps besides the installation's own key: the versions of key-encryption
/// keys, and the secret parts of access keys, those of root users and those of users. Whatever else
/// comes to be sealed under the master key has to be named here, in CountWrappedKeys and in
/// MasterKeyRotation: nothing else is wrapped again when the master key is replaced.
namespace coffer::keyring {

/// Adds to a context of the installation what a version of a key-encryption key is bound to.
void BindKeyVersion(BindingContext& context, const store::KeyRow& key, std::uint32_t version);
/// The same for the secret part of an access key.
void BindAccessKey(BindingContext& context, std::string_view access_key_id,
                   std::string_view account);

/// A sealed record as a user's access key keeps it. IntegrityError when it is not base64.
[[nodiscard]] std::vector<std::byte> DecodeSealed(std::string_view base64);
[[nodiscard]] std::string EncodeSealed(std::span<const std::byte> record);

/// The version of the master key that a record says it is sealed under; not authenticated.
[[nodiscard]] std::optional<std::uint32_t> MasterVersionOf(std::span<const std::byte> record,
                                                           Purpose purpose);

struct WrappedKeyCounts {
  std::size_t key_versions = 0;
  std::size_t access_keys = 0;
  [[nodiscard]] std::size_t total() const { return key_versions + access_keys; }
};
/// How many keys each version of the master key wraps. What cannot be read is not counted.
[[nodiscard]] std::map<std::uint32_t, WrappedKeyCounts> CountWrappedKeys(
    Transaction& transaction, const store::KeyStore& keys, const store::IdentityStore& identities);

}  // namespace coffer::keyring
