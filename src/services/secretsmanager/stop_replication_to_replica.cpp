#include "services/secretsmanager/stop_replication_to_replica.h"

#include "secrets/messages.h"
#include "services/secretsmanager/replication.h"

namespace coffer::services::secretsmanager {

Result<StopReplicationToReplicaResponse> StopReplicationToReplica(
    Context& context, const AuthorizedSecret& secret,
    const StopReplicationToReplicaRequest& /*request*/) {
  if (secret->deleted) return std::unexpected(secrets::MarkedForDeletion());
  if (!secrets::IsReplica(*secret)) return std::unexpected(secrets::NoReplica());
  Promote(ReplicationScopeOf(context), *secret);
  return StopReplicationToReplicaResponse{secret.arn()};
}

}  // namespace coffer::services::secretsmanager
