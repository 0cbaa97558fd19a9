#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

struct RemoveRegionsFromReplicationRequest {
  std::string secret_id;
  std::vector<std::string> remove_replica_regions;

  static constexpr auto Members() {
    using R = RemoveRegionsFromReplicationRequest;
    return std::tuple{
        base::Required("SecretId", &R::secret_id, kSecretIdLength),
        base::Required("RemoveReplicaRegions", &R::remove_replica_regions, {.min = 1},
                       {.item_range = kRegionLength, .pattern = {kRegionPattern, &IsRegionName}})};
  }
};

/// AWS: RemoveRegionsFromReplication. The replicas are gone at once.
[[nodiscard]] Result<SecretReplication> RemoveRegionsFromReplication(
    Context& context, const AuthorizedSecret& secret,
    const RemoveRegionsFromReplicationRequest& request);

}  // namespace coffer::services::secretsmanager
