#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

struct DescribeSecretRequest {
  std::string secret_id;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("SecretId", &DescribeSecretRequest::secret_id, kSecretIdLength)};
  }
};

/// What DescribeSecret and ListSecrets both show of a secret.
struct SecretDescription {
  std::string arn;
  std::string name;
  std::optional<std::string> description;
  std::optional<std::string> kms_key_id;
  std::optional<std::string> type;
  std::optional<Timestamp> last_changed_date;
  std::optional<Timestamp> last_accessed_date;
  std::optional<Timestamp> deleted_date;
  std::optional<std::vector<Tag>> tags;
  std::optional<VersionsToStages> versions_to_stages;
  std::optional<std::string> owning_service;
  std::optional<Timestamp> created_date;
  std::optional<std::string> primary_region;
  std::optional<bool> rotation_enabled;  ///< Absent until rotation is configured.
  std::optional<std::string> rotation_lambda_arn;
  std::optional<RotationRules> rotation_rules;
  std::optional<Timestamp> last_rotated_date;
  std::optional<Timestamp> next_rotation_date;

  /// The members under the names that `Class`, derived from this, has on the wire.
  template <class Class>
  static constexpr auto MembersOf(std::string_view versions_name) {
    return std::tuple{
        base::Required("ARN", Field<Class>(&SecretDescription::arn)),
        base::Required("Name", Field<Class>(&SecretDescription::name)),
        base::Optional("Description", Field<Class>(&SecretDescription::description)),
        base::Optional("KmsKeyId", Field<Class>(&SecretDescription::kms_key_id)),
        base::Optional("Type", Field<Class>(&SecretDescription::type)),
        base::Optional("LastChangedDate", Field<Class>(&SecretDescription::last_changed_date)),
        base::Optional("LastAccessedDate", Field<Class>(&SecretDescription::last_accessed_date)),
        base::Optional("DeletedDate", Field<Class>(&SecretDescription::deleted_date)),
        base::Optional("Tags", Field<Class>(&SecretDescription::tags)),
        base::Optional(versions_name, Field<Class>(&SecretDescription::versions_to_stages)),
        base::Optional("OwningService", Field<Class>(&SecretDescription::owning_service)),
        base::Optional("CreatedDate", Field<Class>(&SecretDescription::created_date)),
        base::Optional("PrimaryRegion", Field<Class>(&SecretDescription::primary_region)),
        base::Optional("RotationEnabled", Field<Class>(&SecretDescription::rotation_enabled)),
        base::Optional("RotationLambdaARN", Field<Class>(&SecretDescription::rotation_lambda_arn)),
        base::Optional("RotationRules", Field<Class>(&SecretDescription::rotation_rules)),
        base::Optional("LastRotatedDate", Field<Class>(&SecretDescription::last_rotated_date)),
        base::Optional("NextRotationDate", Field<Class>(&SecretDescription::next_rotation_date))};
  }

 private:
  template <class Class, class Type>
  static constexpr Type Class::*Field(Type SecretDescription::*field) {
    return field;
  }
};

[[nodiscard]] SecretDescription Describe(const Context& context, const secrets::Secret& secret);

struct DescribeSecretResponse : SecretDescription {
  std::optional<std::vector<ReplicationStatus>> replication_status;  ///< Of a primary alone.

  static constexpr auto Members() {
    return std::tuple_cat(MembersOf<DescribeSecretResponse>("VersionIdsToStages"),
                          std::tuple{base::Optional("ReplicationStatus",
                                                    &DescribeSecretResponse::replication_status)});
  }
};

/// AWS: DescribeSecret. Works in every state of a secret.
[[nodiscard]] Result<DescribeSecretResponse> DescribeSecret(Context& context,
                                                            const AuthorizedSecret& secret,
                                                            const DescribeSecretRequest& request);

}  // namespace coffer::services::secretsmanager
