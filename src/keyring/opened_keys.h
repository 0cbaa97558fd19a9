#pragma once

#include "coffer/secret_bytes.h"
#include "crypto/aead.h"
#include "crypto/digest.h"
#include "secrets/secret.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <shared_mutex>
#include <utility>

namespace coffer::keyring {

/// A version of a key-encryption key, scheduled for use. Wiped on destruction.
struct OpenedKey {
  explicit OpenedKey(const SecretBytes& key);

  crypto::Aead aead;             ///< Wraps data keys.
  crypto::HmacKey message_keys;  ///< Derives the keys of ciphertexts; see ciphertext.h.
};

/// Key-encryption keys that were opened in this process. A key made in a transaction that is rolled
/// back stays here unseen: it is found by its id alone, and no row names that. A further version of
/// a key has to be forgotten when the outcome is settled, because another one may get its number.
/// All functions are safe to call from any thread.
class OpenedKeys {
 public:
  /// Null when it is not here.
  [[nodiscard]] std::shared_ptr<const OpenedKey> Find(const secrets::KeyId& id,
                                                      std::uint32_t version) const;
  /// Keeps the key that is there already when another thread was faster, and none that was barred.
  [[nodiscard]] std::shared_ptr<const OpenedKey> Add(const secrets::KeyId& id,
                                                     std::uint32_t version, const SecretBytes& key);
  /// All versions of a key. They are wiped when the last request that uses them is over.
  void Forget(const secrets::KeyId& id);
  /// As Forget, and for ever: of a key that is destroyed. Who reads an older snapshot may still
  /// open it meanwhile, but not leave it here.
  void Bar(const secrets::KeyId& id);

 private:
  mutable std::shared_mutex keys_mutex_;
  /// Shared with the requests that use them.
  std::map<std::pair<secrets::KeyId, std::uint32_t>, std::shared_ptr<const OpenedKey>> keys_;
  std::set<secrets::KeyId> barred_;
};

}  // namespace coffer::keyring
