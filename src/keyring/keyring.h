#pragma once

#include "coffer/clock.h"
#include "coffer/database.h"
#include "coffer/random.h"
#include "coffer/result.h"
#include "coffer/secret_bytes.h"
#include "crypto/aead.h"
#include "keyring/given_master_keys.h"
#include "keyring/session_tokens.h"
#include "secrets/secret.h"
#include "store/key_life.h"
#include "store/key_settings.h"
#include "store/key_store.h"
#include "store/row_mac.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace coffer::keyring {

class Installation;

/// A key-encryption key ready for use.
struct UsableKey {
  secrets::KeyId id{};
  std::uint32_t version = 0;
  std::shared_ptr<const crypto::Aead> aead;
};

/// What never changes about a key.
struct KeyIdentity {
  std::string account;
  std::string arn;
  bool is_default = false;
};

/// The installation's keys: the master key opens the installation keys (row MACs) and the
/// key-encryption keys of accounts and regions. Opened keys stay in memory until they are
/// forgotten. All functions are safe to call from any thread.
class Keyring {
 public:
  /// On a new database makes the installation id and keys; on an existing one checks that `master`
  /// opens all of it. MasterKeyError when it does not; nothing is written then.
  Keyring(Database& database, const GivenMasterKeys& master, Random& random, const Clock& clock);
  /// With one key.
  Keyring(Database& database, SecretBytes master, Random& random, const Clock& clock);
  ~Keyring();
  Keyring(const Keyring&) = delete;
  Keyring& operator=(const Keyring&) = delete;

  /// 16 random bytes made once for the database; part of every binding context.
  [[nodiscard]] std::span<const std::byte> installation_id() const;
  /// What stands above the keys: the master key and what is made once.
  [[nodiscard]] Installation& installation() const;
  [[nodiscard]] const store::RowMac& row_mac() const;
  [[nodiscard]] const store::KeyStore& key_store() const;
  [[nodiscard]] const SessionTokens& session_tokens() const;
  [[nodiscard]] const store::KeySettingsStore& key_settings() const;
  [[nodiscard]] const store::KeyLifeStore& key_lives() const;

  /// The default key of account and region; made on first use (so only in a write transaction).
  [[nodiscard]] UsableKey DefaultKey(Transaction& transaction, std::string_view account,
                                     std::string_view region);
  /// The key that `kms_key_id` (key id, key ARN, alias name, alias ARN) names for somebody of
  /// `account`, in his region; it may have been destroyed. An unknown one of his own is made when
  /// `create_unknown` (development profile; logged), else refused with ResourceNotFound. An ARN of
  /// another region: InvalidParameter with AWS's text; an ARN of another account that is of no key,
  /// or another AWS service's alias (`alias/aws/…`): AccessDenied.
  [[nodiscard]] Result<store::KeyRow> Resolve(Transaction& transaction, std::string_view account,
                                              std::string_view region, std::string_view kms_key_id,
                                              bool create_unknown);
  /// The version that seals. `key` is not destroyed.
  [[nodiscard]] UsableKey Newest(Transaction& transaction, const store::KeyRow& key);
  /// A new key with a UUID for its name (AWS: CreateKey).
  [[nodiscard]] store::KeyRow Create(Transaction& transaction, std::string_view account,
                                     std::string_view region);
  /// Of a key that a stored record names; from memory after the first time. Throws IntegrityError
  /// when there is none.
  [[nodiscard]] std::shared_ptr<const KeyIdentity> Identify(Transaction& transaction,
                                                            const secrets::KeyId& id) const;
  /// A key that a stored record names. Throws IntegrityError when there is none.
  [[nodiscard]] UsableKey Find(Transaction& transaction, const secrets::KeyId& id,
                               std::uint32_t version);
  /// The key of the one message that has `salt`, derived from a key as of Find; 32 bytes.
  [[nodiscard]] SecretBytes MessageKey(Transaction& transaction, const secrets::KeyId& id,
                                       std::uint32_t version, std::span<const std::byte> salt);

  /// A further version of `key` seals from now on; what the others have sealed still opens.
  void Rotate(Transaction& transaction, store::KeyRow& key);
  /// Erases all versions of `key`, in the database and in memory: what it has sealed never opens
  /// again (crypto-shredding).
  void Destroy(Transaction& transaction, store::KeyRow& key);
  /// Wipes what is in memory of a key that may not be used now.
  void Forget(Transaction& transaction, const secrets::KeyId& id);

  /// The ARN of a key, or `DefaultEncryptionKey` for a default key: what
  /// ListSecretVersionIds shows.
  [[nodiscard]] std::string DisplayName(Transaction& transaction, const secrets::KeyId& id);

  /// Seals the secret part of an access key, and opens it (nullopt when it was tampered with).
  [[nodiscard]] std::vector<std::byte> SealAccessKey(std::string_view access_key_id,
                                                     std::string_view account,
                                                     const SecretBytes& secret) const;
  [[nodiscard]] std::optional<SecretBytes> OpenAccessKey(const store::AccessKeyRow& row) const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace coffer::keyring
