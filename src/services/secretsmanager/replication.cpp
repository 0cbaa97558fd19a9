#include "services/secretsmanager/replication.h"

#include "base/log.h"
#include "keyring/key_name.h"
#include "secrets/secret_identifier.h"
#include "services/secretsmanager/replica_update.h"

#include <algorithm>
#include <utility>

namespace coffer::services::secretsmanager {
namespace {

// Stores `primary` as changed by a change of its list, which may be its last.
void PutReplication(const ReplicationScope& scope, secrets::Secret primary,
                    const secrets::Replication& replication) {
  scope.service.replications.Put(scope.transaction, primary.id, replication);
  if (replication.replicas.empty()) primary.primary_region.reset();
  primary.last_changed = scope.now;
  scope.service.secrets.Update(scope.transaction, primary);
}

bool IsAmong(const std::vector<ReplicaRegion>& asked, const std::string& region) {
  return std::ranges::any_of(asked,
                             [&](const ReplicaRegion& wanted) { return wanted.region == region; });
}

// Adds what is asked for and not there; answers whether anything is to be done.
bool Enlist(const std::vector<ReplicaRegion>& asked, secrets::Replication& replication) {
  bool is_changed = false;
  for (const ReplicaRegion& wanted : asked) {
    const std::string region = wanted.region.value_or("");
    const auto key = Presence(wanted.kms_key_id);
    secrets::Replica* entry = replication.Find(region);
    if (entry != nullptr && entry->in_sync) continue;
    is_changed = true;
    if (entry == nullptr) {
      replication.replicas.push_back({.region = region,
                                      .kms_key_id = std::string(keyring::kDefaultKeyAlias),
                                      .in_sync = false,
                                      .message = {}});
      entry = &replication.replicas.back();
    }
    if (key) entry->kms_key_id = *key;
  }
  return is_changed;
}

}  // namespace

void KeepReplicasUp(const ReplicationScope& scope, const secrets::Secret& secret) {
  const auto primary = LookupOf(scope).Primary(secret);
  if (!primary) return;
  const auto stored = LookupOf(scope).Replicas(*primary);
  if (!stored) return;
  secrets::Replication replication = *stored;
  ReplicaUpdate update(scope, *primary);
  for (secrets::Replica& entry : replication.replicas) update.Run(entry, /*by_force=*/false);
  if (replication != *stored) {
    scope.service.replications.Put(scope.transaction, primary->id, replication);
  }
}

Result<void> CheckReplicaRegions(const Service& service, std::string_view own,
                                 const std::vector<ReplicaRegion>& asked) {
  for (const ReplicaRegion& wanted : asked) {
    RETURN_IF_ERROR(secrets::CheckReplicaRegion(wanted.region.value_or(""), own, service.regions));
  }
  return {};
}

void AddReplicas(const ReplicationScope& scope, secrets::Secret& primary,
                 const std::vector<ReplicaRegion>& asked, bool by_force) {
  secrets::Replication replication =
      LookupOf(scope).Replicas(primary).value_or(secrets::Replication{});
  if (!Enlist(asked, replication)) return;
  primary.primary_region = primary.address.region;
  primary.last_changed = scope.now;
  scope.service.secrets.Update(scope.transaction, primary);
  ReplicaUpdate update(scope, primary);
  for (secrets::Replica& entry : replication.replicas) {
    update.Run(entry, by_force && IsAmong(asked, entry.region));
  }
  scope.service.replications.Put(scope.transaction, primary.id, replication);
}

void RemoveReplicas(const ReplicationScope& scope, const secrets::Secret& primary,
                    std::span<const std::string> regions) {
  const ReplicaLookup lookup = LookupOf(scope);
  const auto stored = lookup.Replicas(primary);
  if (!stored) return;
  secrets::Replication left;
  for (const secrets::Replica& entry : stored->replicas) {
    if (std::ranges::find(regions, entry.region) == regions.end()) {
      left.replicas.push_back(entry);
      continue;
    }
    const auto replica = lookup.ReplicaIn(primary, entry.region);
    if (replica) scope.service.secrets.Remove(scope.transaction, *replica);
  }
  if (left != *stored) PutReplication(scope, primary, left);
}

void Promote(const ReplicationScope& scope, const secrets::Secret& replica) {
  const auto primary = LookupOf(scope).Primary(replica);
  if (auto left = primary ? LookupOf(scope).Replicas(*primary) : std::nullopt) {
    std::erase_if(left->replicas, [&](const secrets::Replica& entry) {
      return entry.region == replica.address.region;
    });
    PutReplication(scope, *primary, *left);
  }
  secrets::Secret promoted = replica;
  promoted.primary_region.reset();
  promoted.last_changed = scope.now;
  scope.service.secrets.Update(scope.transaction, promoted);
}

namespace {

void RetrySome(const ReplicationScope& scope, std::span<const std::int64_t> secret_ids) {
  for (const std::int64_t secret_id : secret_ids) {
    try {
      const auto primary = scope.service.secrets.FindById(scope.transaction, secret_id);
      if (primary) KeepReplicasUp(scope, *primary);
    } catch (const store::IntegrityError& error) {
      // A row that was touched must not hold up the others.
      base::log::Error("replica.not_retried", {{"reason", error.what()}});
    }
  }
}

// A replica that was touched must not keep its primary from being described.
std::optional<DayNumber> LastAccess(const ReplicaLookup& lookup, const secrets::Secret& primary,
                                    std::string_view region) {
  try {
    const auto replica = lookup.ReplicaIn(primary, region);
    return replica ? replica->last_accessed : std::nullopt;
  } catch (const store::IntegrityError& error) {
    base::log::Error(
        "replica.not_read",
        {{"secret", secrets::ArnOf(primary)}, {"region", region}, {"reason", error.what()}});
    return std::nullopt;
  }
}

}  // namespace

void RetryReplicas(Database& database, const Service& service, Timestamp now) {
  constexpr int kAtOnce = 100;
  std::vector<std::int64_t> failed;
  std::int64_t after = 0;
  do {
    database.Read([&](Transaction& transaction) {
      failed = service.replications.Failed(transaction, after, kAtOnce);
    });
    if (failed.empty()) return;
    after = failed.back();
    database.Write([&](Transaction& transaction) {
      RetrySome({service, transaction, now, nullptr}, failed);
    });
  } while (failed.size() == std::size_t{kAtOnce});
}

std::optional<std::vector<ReplicationStatus>> ShowReplicas(const Context& context,
                                                           const secrets::Secret& secret) {
  const ReplicaLookup lookup = LookupOf(ReplicationScopeOf(context));
  const auto replication = lookup.Replicas(secret);
  if (!replication) return std::nullopt;
  std::vector<ReplicationStatus> shown;
  for (const secrets::Replica& entry : replication->replicas) {
    ReplicationStatus status{.region = entry.region,
                             .kms_key_id = entry.kms_key_id,
                             .status = entry.in_sync ? "InSync" : "Failed",
                             .status_message = entry.message,
                             .last_accessed_date = std::nullopt};
    if (const auto day = LastAccess(lookup, secret, entry.region)) {
      status.last_accessed_date = StartOfDay(*day);
    }
    shown.push_back(std::move(status));
  }
  return shown;
}

}  // namespace coffer::services::secretsmanager
