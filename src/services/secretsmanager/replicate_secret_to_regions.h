#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

struct ReplicateSecretToRegionsRequest {
  std::string secret_id;
  std::vector<ReplicaRegion> add_replica_regions;
  std::optional<bool> force_overwrite_replica_secret;

  static constexpr auto Members() {
    using R = ReplicateSecretToRegionsRequest;
    return std::tuple{
        base::Required("SecretId", &R::secret_id, kSecretIdLength),
        base::Required("AddReplicaRegions", &R::add_replica_regions, {.min = 1}),
        base::Optional("ForceOverwriteReplicaSecret", &R::force_overwrite_replica_secret)};
  }
};

/// AWS: ReplicateSecretToRegions. A replica that can't be made, or made up to date, is no error:
/// its status says why.
[[nodiscard]] Result<SecretReplication> ReplicateSecretToRegions(
    Context& context, const AuthorizedSecret& secret,
    const ReplicateSecretToRegionsRequest& request);

}  // namespace coffer::services::secretsmanager
