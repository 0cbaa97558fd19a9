#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

struct GetResourcePolicyRequest {
  std::string secret_id;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("SecretId", &GetResourcePolicyRequest::secret_id, kSecretIdLength)};
  }
};

struct GetResourcePolicyResponse {
  std::string arn;
  std::string name;
  std::optional<std::string> resource_policy;

  static constexpr auto Members() {
    using R = GetResourcePolicyResponse;
    return std::tuple{base::Required("ARN", &R::arn), base::Required("Name", &R::name),
                      base::Optional("ResourcePolicy", &R::resource_policy)};
  }
};

/// AWS: GetResourcePolicy.
[[nodiscard]] Result<GetResourcePolicyResponse> GetResourcePolicy(
    Context& context, const AuthorizedSecret& secret, const GetResourcePolicyRequest& request);

}  // namespace coffer::services::secretsmanager
