#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

struct UpdateSecretVersionStageRequest {
  std::string secret_id;
  std::string version_stage;
  std::optional<std::string> remove_from_version_id;
  std::optional<std::string> move_to_version_id;

  static constexpr auto Members() {
    using R = UpdateSecretVersionStageRequest;
    return std::tuple{
        base::Required("SecretId", &R::secret_id, kSecretIdLength),
        base::Required("VersionStage", &R::version_stage, kStageLength),
        base::Optional("RemoveFromVersionId", &R::remove_from_version_id, kTokenLength),
        base::Optional("MoveToVersionId", &R::move_to_version_id, kTokenLength)};
  }
};

/// AWS: UpdateSecretVersionStage.
[[nodiscard]] Result<SecretName> UpdateSecretVersionStage(
    Context& context, const AuthorizedSecret& secret,
    const UpdateSecretVersionStageRequest& request);

}  // namespace coffer::services::secretsmanager
