#pragma once

#include "coffer/database.h"
#include "secrets/replication.h"
#include "store/row_mac.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace coffer::store {

/// Which replicas a primary secret has: a row of its own, so that other secrets need none. A
/// secret has one exactly while secrets::HasReplicas says so. Rows are authenticated when they are
/// loaded (IntegrityError otherwise). Safe to call from any thread; a Transaction belongs to one.
class ReplicationStore {
 public:
  /// `mac` must outlive the store.
  explicit ReplicationStore(const RowMac& mac) : mac_(mac) {}

  [[nodiscard]] std::optional<secrets::Replication> Find(Transaction& transaction,
                                                         std::int64_t secret_id) const;
  /// Without replicas the row goes.
  void Put(Transaction& transaction, std::int64_t secret_id,
           const secrets::Replication& replication) const;

  /// Secrets behind `after_secret` that have a replica which is not in sync, in their order, at
  /// most `limit`. Rows are not authenticated here; the caller finds each again.
  [[nodiscard]] std::vector<std::int64_t> Failed(Transaction& transaction,
                                                 std::int64_t after_secret, int limit) const;

  /// Reads every row; calls `damaged` for each that is not what the vault wrote. For verification.
  void ForEach(Transaction& transaction,
               const std::function<void(const IntegrityError&)>& damaged) const;

 private:
  [[nodiscard]] secrets::Replication ReadReplication(const Row& row) const;

  const RowMac& mac_;
};

}  // namespace coffer::store
