#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

struct DeleteResourcePolicyRequest {
  std::string secret_id;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("SecretId", &DeleteResourcePolicyRequest::secret_id, kSecretIdLength)};
  }
};

/// AWS: DeleteResourcePolicy. Succeeds when there is no policy.
[[nodiscard]] Result<SecretName> DeleteResourcePolicy(Context& context,
                                                      const AuthorizedSecret& secret,
                                                      const DeleteResourcePolicyRequest& request);

}  // namespace coffer::services::secretsmanager
