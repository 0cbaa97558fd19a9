#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

struct StopReplicationToReplicaRequest {
  std::string secret_id;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("SecretId", &StopReplicationToReplicaRequest::secret_id, kSecretIdLength)};
  }

  [[nodiscard]] static bool IsAllowedOnReplica() { return true; }
};

struct StopReplicationToReplicaResponse {
  std::string arn;

  static constexpr auto Members() {
    return std::tuple{base::Required("ARN", &StopReplicationToReplicaResponse::arn)};
  }
};

/// AWS: StopReplicationToReplica. The replica is an ordinary secret from now on, under the same
/// ARN.
[[nodiscard]] Result<StopReplicationToReplicaResponse> StopReplicationToReplica(
    Context& context, const AuthorizedSecret& secret,
    const StopReplicationToReplicaRequest& request);

}  // namespace coffer::services::secretsmanager
