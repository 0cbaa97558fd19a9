#include "services/secretsmanager/remove_regions_from_replication.h"

#include "secrets/messages.h"
#include "services/secretsmanager/replication.h"

namespace coffer::services::secretsmanager {

Result<SecretReplication> RemoveRegionsFromReplication(
    Context& context, const AuthorizedSecret& secret,
    const RemoveRegionsFromReplicationRequest& request) {
  if (secret->deleted) return std::unexpected(secrets::MarkedForDeletion());
  RemoveReplicas(ReplicationScopeOf(context), *secret, request.remove_replica_regions);
  SecretReplication reply{secret.arn(), {}};
  const auto left = context.service.secrets.Find(context.transaction, secret->address);
  if (auto shown = ShowReplicas(context, *left)) reply.replication_status = *std::move(shown);
  return reply;
}

}  // namespace coffer::services::secretsmanager
