#include "services/secretsmanager/replica_lookup.h"

#include "secrets/secret_identifier.h"

namespace coffer::services::secretsmanager {

std::optional<secrets::Replication> ReplicaLookup::Replicas(const secrets::Secret& secret) const {
  if (!secrets::HasReplicas(secret)) return std::nullopt;
  auto replication = replications_.Find(transaction_, secret.id);
  if (!replication) {
    throw store::IntegrityError("replications: the row of " + secrets::ArnOf(secret) +
                                " is missing");
  }
  return replication;
}

std::shared_ptr<const secrets::Secret> ReplicaLookup::ReplicaIn(const secrets::Secret& primary,
                                                                std::string_view region) const {
  auto held = secrets_.Find(transaction_, secrets::AddressIn(primary, region));
  return held && secrets::IsReplicaOf(*held, primary) ? held : nullptr;
}

std::shared_ptr<const secrets::Secret> ReplicaLookup::Primary(const secrets::Secret& secret) const {
  if (!secret.primary_region) return nullptr;
  auto primary = secrets_.Find(transaction_, secrets::PrimaryOf(secret));
  return primary && secrets::HasReplicas(*primary) && primary->arn_suffix == secret.arn_suffix
             ? primary
             : nullptr;
}

std::string ReplicaLookup::Mismatch(const secrets::Secret& secret) const {
  if (secrets::IsReplica(secret)) return MismatchOfReplica(secret);
  const auto replication = Replicas(secret);
  if (!replication) return "";
  for (const secrets::Replica& entry : replication->replicas) {
    const auto replica = ReplicaIn(secret, entry.region);
    if (entry.in_sync && (!replica || !IsInSync(secret, *replica))) {
      return "has a replica in " + entry.region + " that is missing or differs";
    }
  }
  return "";
}

std::string ReplicaLookup::MismatchOfReplica(const secrets::Secret& replica) const {
  const auto primary = Primary(replica);
  if (!primary) return "is a replica whose primary is missing";
  auto replication = Replicas(*primary);
  return replication && replication->Find(replica.address.region) != nullptr
             ? ""
             : "is a replica that its primary does not know";
}

bool ReplicaLookup::IsInSync(const secrets::Secret& primary, const secrets::Secret& replica) const {
  return secrets::Following(primary, replica) == replica &&
         secrets::Compare(secrets_.Versions(transaction_, primary),
                          secrets_.Versions(transaction_, replica))
             .empty();
}

}  // namespace coffer::services::secretsmanager
