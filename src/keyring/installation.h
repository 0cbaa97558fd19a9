#pragma once

#include "coffer/clock.h"
#include "coffer/database.h"
#include "coffer/random.h"
#include "coffer/secret_bytes.h"
#include "keyring/given_master_keys.h"
#include "keyring/master_keys.h"
#include "keyring/record.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace coffer::keyring {

/// What is made once for a database, and what its master key seals under it. Safe to call from any
/// thread once constructed.
class Installation {
 public:
  /// Makes the installation on a new database, else opens it. MasterKeyError when what was given
  /// does not open it, or not all that is sealed in it; nothing is written then.
  Installation(Database& database, const GivenMasterKeys& given, Random& random,
               const Clock& clock);

  [[nodiscard]] const InstallationId& id() const { return id_; }
  /// The version that SealUnderMaster seals under now.
  [[nodiscard]] std::uint32_t master_version() const { return master_.current().version; }
  [[nodiscard]] const SecretBytes& row_mac_key() const { return row_mac_key_; }

  /// A context that begins with the installation id, as all do.
  [[nodiscard]] BindingContext NewContext() const;

  struct Sealed {
    std::vector<std::byte> record;
    std::uint32_t master_version = 0;
  };
  [[nodiscard]] Sealed SealUnderMaster(Purpose purpose, const BindingContext& context,
                                       std::span<const std::byte> plaintext, Random& random) const;
  [[nodiscard]] std::optional<SecretBytes> OpenUnderMaster(Purpose purpose,
                                                           const BindingContext& context,
                                                           std::span<const std::byte> record) const;

  /// Makes `key` the version after the newest one, under which the installation's own key is sealed
  /// in this transaction. `salt` is that of the passphrase it was made of, or empty. Answers the
  /// version, for UseMasterKey.
  [[nodiscard]] std::uint32_t ReplaceMasterKey(Transaction& transaction, const SecretBytes& key,
                                               std::span<const std::byte> salt, Random& random,
                                               Timestamp now);
  /// Seals everything new under that version; once the transaction is committed.
  void UseMasterKey(std::uint32_t version) { master_.MakeCurrent(version); }

 private:
  /// False when the database is new.
  bool Load(Transaction& transaction, const GivenMasterKeys& given);
  void LoadVersions(Transaction& transaction, const GivenMasterKeys& given,
                    const std::vector<store::MasterKeyRow>& rows);
  void LoadFirstVersion(const GivenMasterKeys& given);
  [[nodiscard]] bool OpenRowMacKey(std::uint32_t version);
  void RequireOlderVersions(Transaction& transaction, const GivenMasterKeys& given,
                            const std::vector<store::MasterKeyRow>& rows);
  void Make(Database& database, const GivenMasterKeys& given, Random& random, Timestamp now);
  void PutRowMacKey(Transaction& transaction, std::uint32_t version, Random& random) const;
  /// The row of a version that is new.
  void InsertVersion(Transaction& transaction, std::uint32_t version, const SecretBytes& key,
                     std::span<const std::byte> salt, Timestamp created) const;

  MasterKeys master_;
  InstallationId id_{};
  std::vector<std::byte> sealed_row_mac_key_;
  SecretBytes row_mac_key_;
  SecretBytes unrecorded_key_;  // Of data from before versions were recorded; empty afterwards.
};

}  // namespace coffer::keyring
