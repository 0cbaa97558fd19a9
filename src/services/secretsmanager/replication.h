#pragma once

#include "secrets/replication.h"
#include "services/secretsmanager/context.h"
#include "services/secretsmanager/replica_lookup.h"
#include "services/secretsmanager/shapes.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

/// What operations mean for replicas. Whatever a replica has of its primary it gets here, by being
/// compared with it, in the very transaction that changes the primary: it is in sync as soon as the
/// change is there, and never half. docs/decisions/011-replicas.md says why.
namespace coffer::services::secretsmanager {

/// What a change of replicas needs: a call has it, and so has what changes secrets by itself.
struct ReplicationScope {
  const Service& service;
  Transaction& transaction;
  Timestamp now;
  /// Of the caller, without whose rights no new replica is made; null where nobody calls.
  Authorizer* authorizer = nullptr;
};
[[nodiscard]] inline ReplicationScope ReplicationScopeOf(const Context& context) {
  return {context.service, context.transaction, context.now, &context.authorizer};
}

[[nodiscard]] inline ReplicaLookup LookupOf(const ReplicationScope& scope) {
  return {scope.service.secrets, scope.service.replications, scope.transaction};
}

/// Brings all replicas of a primary to its state. To be called after every change of `secret`, a
/// primary or a replica as it was before or after; does nothing to other secrets. A replica that
/// cannot follow stays whole as it was, and the primary's list says why.
void KeepReplicasUp(const ReplicationScope& scope, const secrets::Secret& secret);

/// InvalidParameter, in AWS's words, unless a secret of `own` can have replicas in all of `asked`.
[[nodiscard]] Result<void> CheckReplicaRegions(const Service& service, std::string_view own,
                                               const std::vector<ReplicaRegion>& asked);
/// Gives `primary`, which is stored, replicas in regions that have been checked. Those that are
/// there and in sync stay as they are. `by_force` replaces ordinary secrets of the name.
void AddReplicas(const ReplicationScope& scope, secrets::Secret& primary,
                 const std::vector<ReplicaRegion>& asked, bool by_force);
/// Removes replicas of `primary`; regions without one are passed over.
void RemoveReplicas(const ReplicationScope& scope, const secrets::Secret& primary,
                    std::span<const std::string> regions);
/// Makes a secret of its own of `replica`, which its primary forgets.
void Promote(const ReplicationScope& scope, const secrets::Secret& replica);

/// Tries replicas again that could not follow: their keys may work by now. Not inside a
/// transaction.
void RetryReplicas(Database& database, const Service& service, Timestamp now);

/// The replicas of `secret` as they are shown; nullopt where it is no primary.
[[nodiscard]] std::optional<std::vector<ReplicationStatus>> ShowReplicas(
    const Context& context, const secrets::Secret& secret);

}  // namespace coffer::services::secretsmanager
