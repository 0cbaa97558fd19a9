#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

struct UpdateSecretRequest {
  std::string secret_id;
  std::optional<std::string> client_request_token;
  std::optional<std::string> description;
  std::optional<std::string> kms_key_id;
  std::optional<base::SecretBlob> secret_binary;
  std::optional<base::SecretText> secret_string;
  std::optional<std::string> type;

  static constexpr auto Members() {
    using R = UpdateSecretRequest;
    return std::tuple{base::Required("SecretId", &R::secret_id, kSecretIdLength),
                      base::Optional("ClientRequestToken", &R::client_request_token, kTokenLength),
                      base::Optional("Description", &R::description, kDescriptionLength),
                      base::Optional("KmsKeyId", &R::kms_key_id, kKmsKeyIdLength),
                      base::Optional("SecretBinary", &R::secret_binary, kValueSize),
                      base::Optional("SecretString", &R::secret_string, kValueSize),
                      base::Optional("Type", &R::type, kTypeLength)};
  }

  [[nodiscard]] Result<void> Check() const;
  /// AWS: a replica's key is the one thing that is its own.
  [[nodiscard]] bool IsAllowedOnReplica() const {
    return kms_key_id && !description && !type && !secret_string && !secret_binary;
  }
};

struct UpdateSecretResponse {
  std::string arn;
  std::string name;
  std::optional<std::string> version_id;

  static constexpr auto Members() {
    using R = UpdateSecretResponse;
    return std::tuple{base::Required("ARN", &R::arn), base::Required("Name", &R::name),
                      base::Optional("VersionId", &R::version_id)};
  }
};

/// AWS: UpdateSecret.
[[nodiscard]] Result<UpdateSecretResponse> UpdateSecret(Context& context,
                                                        const AuthorizedSecret& secret,
                                                        const UpdateSecretRequest& request);

}  // namespace coffer::services::secretsmanager
