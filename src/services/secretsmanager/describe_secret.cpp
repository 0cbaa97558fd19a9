#include "services/secretsmanager/describe_secret.h"

#include "secrets/secret_identifier.h"
#include "services/secretsmanager/replication.h"

namespace coffer::services::secretsmanager {

namespace {

void AddRotation(const Context& context, const secrets::Secret& secret, SecretDescription& shown) {
  const auto stored = context.service.rotations.Find(context.transaction, secret.id);
  if (!stored) return;
  const secrets::Rotation& rotation = stored->rotation;
  shown.rotation_enabled = rotation.is_enabled;
  if (!rotation.function_arn.empty()) shown.rotation_lambda_arn = rotation.function_arn;
  if (rotation.has_rules()) {
    shown.rotation_rules = ToWire(secrets::Shown(rotation.rules(), rotation.history()));
  }
  // AWS: both are null when rotation is off.
  if (!rotation.is_enabled) return;
  shown.last_rotated_date = rotation.last_rotated;
  if (const auto schedule = rotation.schedule()) {
    shown.next_rotation_date = secrets::NextRotationDate(*schedule, rotation.history());
  }
}

}  // namespace

SecretDescription Describe(const Context& context, const secrets::Secret& secret) {
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
  AddRotation(context, secret, shown);
  return shown;
}

Result<DescribeSecretResponse> DescribeSecret(Context& context, const AuthorizedSecret& secret,
                                              const DescribeSecretRequest& /*request*/) {
  return DescribeSecretResponse{Describe(context, *secret), ShowReplicas(context, *secret)};
}

}  // namespace coffer::services::secretsmanager
