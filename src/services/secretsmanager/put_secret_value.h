#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

/// `^[a-zA-Z0-9\-]+$`
[[nodiscard]] bool IsRotationToken(std::string_view text);

struct PutSecretValueRequest {
  std::string secret_id;
  std::optional<std::string> client_request_token;
  std::optional<base::SecretBlob> secret_binary;
  std::optional<base::SecretText> secret_string;
  std::optional<VersionStages> version_stages;
  std::optional<std::string> rotation_token;

  static constexpr auto Members() {
    using R = PutSecretValueRequest;
    return std::tuple{
        base::Required("SecretId", &R::secret_id, kSecretIdLength),
        base::Optional("ClientRequestToken", &R::client_request_token, kTokenLength),
        base::Optional("SecretBinary", &R::secret_binary, kValueSize),
        base::Optional("SecretString", &R::secret_string, kValueSize),
        base::Optional("VersionStages", &R::version_stages, {1, 20}, {.item_range = kStageLength}),
        base::Optional("RotationToken", &R::rotation_token, {36, 256},
                       {.sensitive = true, .pattern = {R"(^[a-zA-Z0-9\-]+$)", &IsRotationToken}})};
  }

  [[nodiscard]] Result<void> Check() const;
};

struct PutSecretValueResponse {
  std::string arn;
  std::string name;
  std::string version_id;
  VersionStages version_stages;

  static constexpr auto Members() {
    using R = PutSecretValueResponse;
    return std::tuple{base::Required("ARN", &R::arn), base::Required("Name", &R::name),
                      base::Required("VersionId", &R::version_id),
                      base::Required("VersionStages", &R::version_stages)};
  }
};

/// AWS: PutSecretValue.
[[nodiscard]] Result<PutSecretValueResponse> PutSecretValue(Context& context,
                                                            const AuthorizedSecret& secret,
                                                            const PutSecretValueRequest& request);

}  // namespace coffer::services::secretsmanager
