#include "services/secretsmanager/replicate_secret_to_regions.h"

#include "secrets/messages.h"
#include "services/secretsmanager/replication.h"

namespace coffer::services::secretsmanager {

Result<SecretReplication> ReplicateSecretToRegions(Context& context, const AuthorizedSecret& secret,
                                                   const ReplicateSecretToRegionsRequest& request) {
  if (secret->deleted) return std::unexpected(secrets::MarkedForDeletion());
  RETURN_IF_ERROR(
      CheckReplicaRegions(context.service, secret->address.region, request.add_replica_regions));
  secrets::Secret primary = *secret;
  AddReplicas(ReplicationScopeOf(context), primary, request.add_replica_regions,
              request.force_overwrite_replica_secret.value_or(false));
  return SecretReplication{
      secret.arn(), ShowReplicas(context, primary).value_or(std::vector<ReplicationStatus>{})};
}

}  // namespace coffer::services::secretsmanager
