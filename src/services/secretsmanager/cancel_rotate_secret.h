#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

struct CancelRotateSecretRequest {
  std::string secret_id;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("SecretId", &CancelRotateSecretRequest::secret_id, kSecretIdLength)};
  }
};

struct CancelRotateSecretResponse {
  std::string arn;
  std::string name;
  std::optional<std::string> version_id;  ///< Of the half-made version, if there is one.

  static constexpr auto Members() {
    using R = CancelRotateSecretResponse;
    return std::tuple{base::Required("ARN", &R::arn), base::Required("Name", &R::name),
                      base::Optional("VersionId", &R::version_id)};
  }
};

/// AWS: CancelRotateSecret. Configuration and labels stay as they are; a running step is let finish
/// and no further one begins.
[[nodiscard]] Result<CancelRotateSecretResponse> CancelRotateSecret(
    Context& context, const AuthorizedSecret& secret, const CancelRotateSecretRequest& request);

}  // namespace coffer::services::secretsmanager
