#pragma once

#include "coffer/database.h"
#include "secrets/replication.h"
#include "store/replication_store.h"
#include "store/secret_store.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::services::secretsmanager {

/// Finds primaries and replicas, from either side, within one transaction.
class ReplicaLookup {
 public:
  /// All must outlive this.
  ReplicaLookup(const store::SecretStore& secrets, const store::ReplicationStore& replications,
                Transaction& transaction)
      : secrets_(secrets), replications_(replications), transaction_(transaction) {}

  /// The replicas of `secret`; nullopt where it is no primary.
  [[nodiscard]] std::optional<secrets::Replication> Replicas(const secrets::Secret& secret) const;
  /// The replica of `primary` in `region`; null where it has none.
  [[nodiscard]] std::shared_ptr<const secrets::Secret> ReplicaIn(const secrets::Secret& primary,
                                                                 std::string_view region) const;
  /// The primary, as it is now, of a secret that was one itself or a replica; null when it is none
  /// any more.
  [[nodiscard]] std::shared_ptr<const secrets::Secret> Primary(const secrets::Secret& secret) const;

  /// Why what is stored of `secret` and of its primary or replicas does not fit together; empty
  /// when it does. For verification.
  [[nodiscard]] std::string Mismatch(const secrets::Secret& secret) const;

 private:
  [[nodiscard]] std::string MismatchOfReplica(const secrets::Secret& replica) const;
  [[nodiscard]] bool IsInSync(const secrets::Secret& primary, const secrets::Secret& replica) const;

  const store::SecretStore& secrets_;
  const store::ReplicationStore& replications_;
  Transaction& transaction_;
};

}  // namespace coffer::services::secretsmanager
