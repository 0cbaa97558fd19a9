#pragma once

#include "coffer/clock.h"
#include "coffer/database.h"
#include "store/row_mac.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace coffer::store {

/// What is known of one version of the master key; never the key.
struct MasterKeyRow {
  std::uint32_t version = 0;
  Timestamp created;
  std::optional<Timestamp> retired;  ///< Since when nothing has been wrapped by it.
  std::vector<std::byte> check;      ///< Tells whether a given key is this one.
  std::vector<std::byte> salt;       ///< Of a passphrase; empty for a key that is given as such.
};

/// The versions of the master key. Rows carry MACs.
class MasterKeyStore {
 public:
  /// `mac` must outlive the store.
  explicit MasterKeyStore(const RowMac& mac) : mac_(mac) {}

  /// All versions, oldest first, as they stand there: needed before there is a MAC key.
  [[nodiscard]] static std::vector<MasterKeyRow> ReadUnverified(Transaction& transaction);
  /// The same, authenticated (IntegrityError).
  [[nodiscard]] std::vector<MasterKeyRow> List(Transaction& transaction) const;
  void Insert(Transaction& transaction, const MasterKeyRow& row) const;
  void MarkRetired(Transaction& transaction, const MasterKeyRow& row) const;

 private:
  const RowMac& mac_;
};

}  // namespace coffer::store
