#pragma once

#include "coffer/database.h"
#include "secrets/secret.h"
#include "store/row_mac.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

namespace coffer::store {

/// What the owner of a key says about it. A key that nobody has said anything about has these
/// values and no row.
struct KeySettings {
  std::string description;
  bool is_enabled = true;
  std::optional<std::string> policy;  ///< As it was given; absent = the default key policy.
  std::vector<secrets::Tag> tags;

  bool operator==(const KeySettings&) const = default;
};

/// The settings of keys. Rows carry MACs and are checked when loaded (IntegrityError). They stand
/// apart from the keys, whose own rows never change.
class KeySettingsStore {
 public:
  /// `mac` must outlive the store.
  explicit KeySettingsStore(const RowMac& mac) : mac_(mac) {}

  [[nodiscard]] KeySettings Find(Transaction& transaction, const secrets::KeyId& id) const;
  /// The same for each read of a value under a key: from memory after the first time. A change is
  /// seen by all that begins after its transaction is settled.
  [[nodiscard]] std::shared_ptr<const KeySettings> FindForRead(Transaction& transaction,
                                                               const secrets::KeyId& id) const;
  void Put(Transaction& transaction, const secrets::KeyId& id, const KeySettings& settings) const;

 private:
  void Forget(const secrets::KeyId& id) const;

  const RowMac& mac_;

  mutable std::shared_mutex cache_mutex_;  // Guards what follows.
  /// Shared with the requests that look at them.
  mutable std::map<secrets::KeyId, std::shared_ptr<const KeySettings>> cache_;
  mutable std::uint64_t changes_ = 0;
};

}  // namespace coffer::store
