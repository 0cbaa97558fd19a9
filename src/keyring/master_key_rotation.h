#pragma once

#include "coffer/clock.h"
#include "coffer/database.h"
#include "coffer/random.h"
#include "coffer/secret_bytes.h"
#include "keyring/installation.h"
#include "keyring/keyring.h"
#include "store/identity_store.h"
#include "store/key_store.h"
#include "store/master_key_store.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace coffer::keyring {

/// The replacement of the master key while the vault is in use. Only wrapped keys are written anew,
/// never values, in transactions of a few each. What is left to do is told by the rows themselves,
/// so that whoever is killed in the middle goes on where he was:
///
///   Begin         the new version is recorded, the installation's own key sealed under it
///   RewrapSome    a few keys more are sealed under it, until a whole pass has found none of before
///   RetireOlder   the older versions are marked as retired; nothing needs them any more
///
/// A key that cannot be opened is left as it is and counted: the version it names is not retired.
/// To be used from one thread at a time.
class MasterKeyRotation {
 public:
  /// All must outlive this.
  MasterKeyRotation(Database& database, const Keyring& keyring, store::IdentityStore& identities,
                    Random& random, const Clock& clock);

  [[nodiscard]] std::vector<store::MasterKeyRow> Versions();
  /// Whether an older version than the newest is not retired.
  [[nodiscard]] bool IsUnfinished();

  /// Makes `key` the newest version, made of a passphrase when there is a `salt`. The caller has
  /// seen to it that the operator has the key already, and that no replacement is unfinished.
  void Begin(const SecretBytes& key, std::span<const std::byte> salt);
  /// Looks at the next keys of a pass, at most `limit`. False when that was the end of the pass;
  /// the next call begins another one.
  [[nodiscard]] bool RewrapSome(std::size_t limit);
  /// How many keys of the last whole pass could not be opened.
  [[nodiscard]] std::size_t unreadable() const { return unreadable_; }
  /// After a pass with nothing unreadable. False when there are keys of an older version again.
  [[nodiscard]] bool RetireOlder();

 private:
  /// Where a pass is: the versions of keys, then the access keys of root users, then of users.
  struct Position {
    enum class Stage : std::uint8_t { kKeyVersions, kRootKeys, kUserKeys, kEnd };
    Stage stage = Stage::kKeyVersions;
    store::KeyStore::KeyVersionName key_version;
    std::string access_key_id;
    std::size_t unreadable = 0;
  };

  void RewrapSome(Transaction& transaction, std::size_t limit, Position& position);
  void RewrapKeyVersions(Transaction& transaction, std::size_t limit, Position& position);
  void RewrapRootKeys(Transaction& transaction, Position& position);
  void RewrapUserKeys(Transaction& transaction, std::size_t limit, Position& position);
  void RewrapKeyVersion(Transaction& transaction, const store::KeyStore::KeyVersionName& name);
  void RewrapUserKey(Transaction& transaction, const std::string& access_key_id);
  /// The same plaintext under the newest version; IntegrityError when the record does not open.
  [[nodiscard]] Installation::Sealed Rewrap(Purpose purpose, const BindingContext& context,
                                            std::span<const std::byte> record) const;

  Database& database_;
  Installation& installation_;
  const store::KeyStore& keys_;
  store::IdentityStore& identities_;
  Random& random_;
  const Clock& clock_;
  store::MasterKeyStore versions_;
  Position position_;
  std::size_t unreadable_ = 0;
};

}  // namespace coffer::keyring
