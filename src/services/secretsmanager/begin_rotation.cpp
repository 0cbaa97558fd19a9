#include "services/secretsmanager/begin_rotation.h"

#include <utility>

namespace coffer::services::secretsmanager {

void BeginRotation(const RotationScope& scope, secrets::Secret& secret,
                   const secrets::Rotation& rotation, const NewRotation& asked) {
  const store::RotationStore& rotations = scope.service.rotations;
  if (const auto left = rotations.FindLiveJob(scope.transaction, secret.id)) {
    EndJob(scope, secret.labels, *left, secrets::RotationState::kAbandoned);
  }
  secrets::RotationJob job;
  job.secret_id = secret.id;
  job.kind = asked.kind;
  job.wake_at = scope.now;
  job.version_id = asked.version_id;
  job.function_arn = rotation.function_arn;
  job.is_scheduled = asked.is_scheduled;
  job.created = scope.now;
  job.labels_before = secrets::HoldersOf(secret.labels);

  // AWSPENDING may sit on the current version, where the last rotation left it.
  secrets::StagingLabels::Map holders = secret.labels.holders();
  holders.insert_or_assign(std::string(secrets::kPending), asked.version_id);
  secret.labels = secrets::StagingLabels(std::move(holders));
  scope.service.secrets.InsertVersion(scope.transaction, secret,
                                      {.id = asked.version_id,
                                       .ordinal = secret.generation,
                                       .created = scope.now,
                                       .last_accessed = std::nullopt,
                                       .key_id = {},
                                       .has_value = false},
                                      std::nullopt);
  ++secret.version_count;
  secret.last_changed = scope.now;
  scope.service.secrets.Update(scope.transaction, secret);
  rotations.InsertJob(scope.transaction, job);
  AnnounceRotation(scope);
}

}  // namespace coffer::services::secretsmanager
