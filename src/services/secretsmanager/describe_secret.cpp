#include "services/secretsmanager/describe_secret.h"

#include "secrets/secret_identifier.h"

namespace coffer::services::secretsmanager {

SecretDescription Describe(const secrets::Secret& secret) {
  SecretDescription shown;
  shown.arn = secrets::ArnOf(secret);
  shown.name = secret.address.name;
  shown.description = secret.description;
  shown.kms_key_id = secret.kms_key_id;
  shown.type = secret.type;
  shown.last_changed_date = secret.last_changed;
  if (secret.last_accessed) shown.last_accessed_date = StartOfDay(*secret.last_accessed);
  shown.deleted_date = secret.deleted;
  if (secret.tags) shown.tags = ToWire(*secret.tags);
  if (!secret.labels.empty()) shown.versions_to_stages = secret.labels.ByVersion();
  shown.owning_service = secret.owning_service;
  shown.created_date = secret.created;
  shown.primary_region = secret.primary_region;
  return shown;
}

Result<DescribeSecretResponse> DescribeSecret(Context& /*context*/, const AuthorizedSecret& secret,
                                              const DescribeSecretRequest& /*request*/) {
  return DescribeSecretResponse{Describe(*secret)};
}

}  // namespace coffer::services::secretsmanager
