#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

struct PutResourcePolicyRequest {
  std::string secret_id;
  std::string resource_policy;
  std::optional<bool> block_public_policy;

  static constexpr auto Members() {
    using R = PutResourcePolicyRequest;
    return std::tuple{base::Required("SecretId", &R::secret_id, kSecretIdLength),
                      base::Required("ResourcePolicy", &R::resource_policy, kPolicyLength),
                      base::Optional("BlockPublicPolicy", &R::block_public_policy)};
  }
};

/// AWS: PutResourcePolicy. Checks the grammar, that principals exist and, when asked to, that the
/// policy is not public.
[[nodiscard]] Result<SecretName> PutResourcePolicy(Context& context, const AuthorizedSecret& secret,
                                                   const PutResourcePolicyRequest& request);

}  // namespace coffer::services::secretsmanager
