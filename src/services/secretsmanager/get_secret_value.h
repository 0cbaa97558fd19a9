#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

struct GetSecretValueRequest {
  std::string secret_id;
  std::optional<std::string> version_id;
  std::optional<std::string> version_stage;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("SecretId", &GetSecretValueRequest::secret_id, kSecretIdLength),
        base::Optional("VersionId", &GetSecretValueRequest::version_id, kTokenLength),
        base::Optional("VersionStage", &GetSecretValueRequest::version_stage, kStageLength)};
  }
};

struct GetSecretValueResponse {
  std::string arn;
  std::string name;
  std::string version_id;
  std::optional<base::SecretText> secret_string;
  std::optional<base::SecretBlob> secret_binary;
  std::optional<VersionStages> version_stages;
  Timestamp created_date;

  static constexpr auto Members() {
    return std::tuple{base::Required("ARN", &GetSecretValueResponse::arn),
                      base::Required("Name", &GetSecretValueResponse::name),
                      base::Required("VersionId", &GetSecretValueResponse::version_id),
                      base::Optional("SecretString", &GetSecretValueResponse::secret_string),
                      base::Optional("SecretBinary", &GetSecretValueResponse::secret_binary),
                      base::Optional("VersionStages", &GetSecretValueResponse::version_stages),
                      base::Required("CreatedDate", &GetSecretValueResponse::created_date)};
  }
};

/// AWS: GetSecretValue.
[[nodiscard]] Result<GetSecretValueResponse> GetSecretValue(Context& context,
                                                            const AuthorizedSecret& secret,
                                                            const GetSecretValueRequest& request);

/// The reply for one version; BatchGetSecretValue answers with the same.
[[nodiscard]] Result<GetSecretValueResponse> ReadForReply(const Context& context,
                                                          const AuthorizedSecret& secret,
                                                          std::string_view version_id);

}  // namespace coffer::services::secretsmanager
