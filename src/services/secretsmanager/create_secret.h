#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

struct CreateSecretRequest {
  std::string name;
  std::optional<std::string> client_request_token;
  std::optional<std::string> description;
  std::optional<std::string> kms_key_id;
  std::optional<base::SecretBlob> secret_binary;
  std::optional<base::SecretText> secret_string;
  std::optional<std::vector<Tag>> tags;
  std::optional<std::vector<ReplicaRegion>> add_replica_regions;
  std::optional<bool> force_overwrite_replica_secret;
  std::optional<std::string> type;
  std::optional<std::string> cross_account_primary_arn;

  static constexpr auto Members() {
    using R = CreateSecretRequest;
    return std::tuple{
        base::Required("Name", &R::name, kNameLength),
        base::Optional("ClientRequestToken", &R::client_request_token, kTokenLength),
        base::Optional("Description", &R::description, kDescriptionLength),
        base::Optional("KmsKeyId", &R::kms_key_id, kKmsKeyIdLength),
        base::Optional("SecretBinary", &R::secret_binary, kValueSize),
        base::Optional("SecretString", &R::secret_string, kValueSize),
        base::Optional("Tags", &R::tags),
        base::Optional("AddReplicaRegions", &R::add_replica_regions, {.min = 1}),
        base::Optional("ForceOverwriteReplicaSecret", &R::force_overwrite_replica_secret),
        base::Optional("Type", &R::type, kTypeLength),
        base::Optional("CrossAccountPrimaryARN", &R::cross_account_primary_arn, {20, 2048})};
  }

  /// What can be refused without looking at anything stored.
  [[nodiscard]] Result<void> Check() const;
  [[nodiscard]] std::vector<std::string_view> FurtherOperations() const;
};

struct CreateSecretResponse {
  std::string arn;
  std::string name;
  std::optional<std::string> version_id;
  std::optional<std::vector<ReplicationStatus>> replication_status;

  static constexpr auto Members() {
    using R = CreateSecretResponse;
    return std::tuple{base::Required("ARN", &R::arn), base::Required("Name", &R::name),
                      base::Optional("VersionId", &R::version_id),
                      base::Optional("ReplicationStatus", &R::replication_status)};
  }
};

/// AWS: CreateSecret.
[[nodiscard]] Result<CreateSecretResponse> CreateSecret(Context& context,
                                                        const CreateSecretRequest& request);

}  // namespace coffer::services::secretsmanager
