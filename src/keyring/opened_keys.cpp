#include "keyring/opened_keys.h"

#include "base/encoding.h"

#include <array>
#include <cstring>
#include <mutex>

namespace coffer::keyring {
namespace {

// One key for one purpose: what wraps data keys is not what message keys are derived from.
crypto::HmacKey MessageKeysOf(const SecretBytes& key) {
  constexpr std::string_view kPurpose = "coffer kms message keys";
  SecretBytes derived(crypto::kAeadKeySize);
  crypto::HkdfSha256(key.Expose(), {}, base::AsBytes(kPurpose), derived.ExposeWritable());
  return crypto::HmacKey(derived.Expose());
}

}  // namespace

OpenedKey::OpenedKey(const SecretBytes& key)
    : aead(key.Expose()), message_keys(MessageKeysOf(key)) {}

std::shared_ptr<const OpenedKey> OpenedKeys::Find(const secrets::KeyId& id,
                                                  std::uint32_t version) const {
  const std::shared_lock lock(keys_mutex_);
  const auto found = keys_.find({id, version});
  return found == keys_.end() ? nullptr : found->second;
}

std::shared_ptr<const OpenedKey> OpenedKeys::Add(const secrets::KeyId& id, std::uint32_t version,
                                                 const SecretBytes& key) {
  auto opened = std::make_shared<const OpenedKey>(key);
  const std::scoped_lock lock(keys_mutex_);
  if (barred_.contains(id)) return opened;
  return keys_.try_emplace({id, version}, std::move(opened)).first->second;
}

void OpenedKeys::Forget(const secrets::KeyId& id) {
  const std::scoped_lock lock(keys_mutex_);
  std::erase_if(keys_, [&](const auto& entry) { return entry.first.first == id; });
}

void OpenedKeys::Bar(const secrets::KeyId& id) {
  const std::scoped_lock lock(keys_mutex_);
  barred_.insert(id);
  std::erase_if(keys_, [&](const auto& entry) { return entry.first.first == id; });
}

}  // namespace coffer::keyring
