#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

struct ExternalSecretMetadata {
  std::optional<std::string> key;
  std::optional<std::string> value;

  static constexpr auto Members() {
    using M = ExternalSecretMetadata;
    return std::tuple{base::Optional("Key", &M::key, {1, 256}),
                      base::Optional("Value", &M::value, {1, 2048})};
  }
};

struct RotateSecretRequest {
  std::string secret_id;
  std::optional<std::string> client_request_token;
  std::optional<std::string> rotation_lambda_arn;
  std::optional<RotationRules> rotation_rules;
  std::optional<std::vector<ExternalSecretMetadata>> external_secret_rotation_metadata;
  std::optional<std::string> external_secret_rotation_role_arn;
  std::optional<bool> rotate_immediately;

  static constexpr auto Members() {
    using R = RotateSecretRequest;
    return std::tuple{
        base::Required("SecretId", &R::secret_id, kSecretIdLength),
        base::Optional("ClientRequestToken", &R::client_request_token, kTokenLength),
        base::Optional("RotationLambdaARN", &R::rotation_lambda_arn, {0, 2048}),
        base::Optional("RotationRules", &R::rotation_rules),
        base::Optional("ExternalSecretRotationMetadata", &R::external_secret_rotation_metadata),
        base::Optional("ExternalSecretRotationRoleArn", &R::external_secret_rotation_role_arn,
                       {20, 2048}),
        base::Optional("RotateImmediately", &R::rotate_immediately)};
  }

  [[nodiscard]] Result<void> Check() const;
};

struct RotateSecretResponse {
  std::string arn;
  std::string name;
  /// Of the version that the rotation makes; absent when only the configuration is tested.
  std::optional<std::string> version_id;

  static constexpr auto Members() {
    using R = RotateSecretResponse;
    return std::tuple{base::Required("ARN", &R::arn), base::Required("Name", &R::name),
                      base::Optional("VersionId", &R::version_id)};
  }
};

/// AWS: RotateSecret. Stores the configuration and begins a rotation, or a test of the function;
/// the steps themselves run later. Nothing of a refused call is stored.
[[nodiscard]] Result<RotateSecretResponse> RotateSecret(Context& context,
                                                        const AuthorizedSecret& secret,
                                                        const RotateSecretRequest& request);

}  // namespace coffer::services::secretsmanager
