#pragma once

#include "coffer/database.h"
#include "coffer/random.h"
#include "coffer/secret_bytes.h"
#include "crypto/aead.h"
#include "keyring/record.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace coffer::keyring {

using InstallationId = std::array<std::byte, 16>;

/// What is made once for a database, and what its master key seals under it.
class Installation {
 public:
  /// Makes the installation on a new database, else opens it. MasterKeyError when `master` is not
  /// the key it was made with; nothing is written then.
  Installation(Database& database, SecretBytes master, Random& random);

  [[nodiscard]] const InstallationId& id() const { return id_; }
  [[nodiscard]] std::uint32_t master_version() const { return master_version_; }
  [[nodiscard]] const SecretBytes& row_mac_key() const { return row_mac_key_; }

  /// A context that begins with the installation id, as all do.
  [[nodiscard]] BindingContext NewContext() const;
  [[nodiscard]] std::vector<std::byte> SealUnderMaster(Purpose purpose,
                                                       const BindingContext& context,
                                                       std::span<const std::byte> plaintext,
                                                       Random& random) const;
  [[nodiscard]] std::optional<SecretBytes> OpenUnderMaster(Purpose purpose,
                                                           const BindingContext& context,
                                                           std::span<const std::byte> record) const;

 private:
  /// False when the database is new.
  bool Load(Transaction& transaction);
  void Make(Transaction& transaction, Random& random);

  crypto::Aead master_;
  InstallationId id_{};
  std::uint32_t master_version_ = 0;
  SecretBytes row_mac_key_;
};

}  // namespace coffer::keyring
