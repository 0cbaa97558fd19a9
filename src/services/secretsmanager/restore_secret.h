#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

struct RestoreSecretRequest {
  std::string secret_id;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("SecretId", &RestoreSecretRequest::secret_id, kSecretIdLength)};
  }
};

/// AWS: RestoreSecret. Succeeds without effect on a secret that is not scheduled for deletion.
[[nodiscard]] Result<SecretName> RestoreSecret(Context& context, const AuthorizedSecret& secret,
                                               const RestoreSecretRequest& request);

}  // namespace coffer::services::secretsmanager
