#include "secrets/replication.h"

#include "secrets/messages.h"
#include "secrets/secret_identifier.h"

#include <algorithm>
#include <map>
#include <utility>

namespace coffer::secrets {

Replica* Replication::Find(std::string_view region) {
  const auto found = std::ranges::find(replicas, region, &Replica::region);
  return found == replicas.end() ? nullptr : &*found;
}

std::vector<std::string> Replication::regions() const {
  std::vector<std::string> names;
  names.reserve(replicas.size());
  for (const Replica& replica : replicas) names.push_back(replica.region);
  return names;
}

bool IsReplicaOf(const Secret& secret, const Secret& primary) {
  return IsReplica(secret) && PrimaryOf(secret) == primary.address &&
         secret.arn_suffix == primary.arn_suffix;
}

SecretAddress PrimaryOf(const Secret& replica) {
  return AddressIn(replica, replica.primary_region.value_or(replica.address.region));
}

SecretAddress AddressIn(const Secret& secret, std::string_view region) {
  return {secret.address.account, std::string(region), secret.address.name};
}

Result<void> CheckReplicaRegion(std::string_view region, std::string_view own,
                                std::span<const std::string> served) {
  if (region != own && PartitionOf(region) == PartitionOf(own) &&
      std::ranges::binary_search(served, region)) {
    return {};
  }
  return std::unexpected(InvalidReplicaRegion());
}

std::optional<std::string> Obstacle(const Secret& holder, const Secret& primary, bool by_force) {
  const std::string& name = primary.address.name;
  const std::string& region = holder.address.region;
  if (IsReplica(holder)) {
    return "Secret name " + name + " is currently replicated to " + region +
           " with a different arn";
  }
  if (!by_force) return "Secret name " + name + " already exists in region " + region + ".";
  if (HasReplicas(holder)) {
    return "Secret name " + name + " in region " + region +
           " has replicas of its own. Remove them first.";
  }
  return std::nullopt;
}

Secret Following(const Secret& primary, Secret replica) {
  replica.arn_suffix = primary.arn_suffix;
  replica.description = primary.description;
  replica.type = primary.type;
  replica.owning_service = primary.owning_service;
  replica.primary_region = primary.address.region;
  replica.resource_policy = primary.resource_policy;
  replica.tags = primary.tags;
  replica.last_changed = primary.last_changed;
  replica.labels = primary.labels;
  replica.version_count = primary.version_count;
  return replica;
}

VersionChanges Compare(std::span<const Version> primary, std::span<const Version> replica) {
  std::map<std::string_view, const Version*> present;
  for (const Version& version : replica) present.emplace(version.id, &version);
  VersionChanges changes;
  for (const Version& version : primary) {
    const auto found = present.find(version.id);
    if (found == present.end() || found->second->created != version.created) {
      changes.copied.push_back(version);
      continue;
    }
    if (version.has_value && !found->second->has_value) changes.filled.push_back(version);
    present.erase(found);
  }
  for (const auto& left : present) changes.removed.emplace_back(left.first);
  return changes;
}

void NoteSuccess(Replica& replica) {
  replica.in_sync = true;
  replica.message = "Replication succeeded";
}

void NoteFailure(Replica& replica, std::string_view reason) {
  replica.in_sync = false;
  replica.message = "Replication failed: ";
  replica.message += reason;
}

}  // namespace coffer::secrets
