#pragma once

#include "secrets/rotation.h"
#include "secrets/rotation_job.h"
#include "services/secretsmanager/context.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What writes mean for the rotation of a secret, as several operations need it.
namespace coffer::services::secretsmanager {

/// What a change of rotations needs: the store, a transaction, a moment. A call has them, and so
/// has a schedule, for which nobody calls.
struct RotationScope {
  const Service& service;
  Transaction& transaction;
  Timestamp now;
};
[[nodiscard]] inline RotationScope ScopeOf(const Context& context) {
  return {context.service, context.transaction, context.now};
}

/// Stores how `secret` is rotated from now on, with the time when its schedule has to be looked at.
void PutRotation(const RotationScope& scope, const secrets::Secret& secret,
                 secrets::Rotation rotation);

/// Ends `job`, which is not over, and has that told once the transaction is durable.
void EndJob(const RotationScope& scope, const secrets::StagingLabels& labels,
            secrets::RotationJob job, secrets::RotationState state);

/// Has the listener told of a change once the transaction is settled.
void AnnounceRotation(const RotationScope& scope);

/// After a write that gave version `token` a value: a value from outside of a rotation that takes
/// AWSCURRENT or AWSPENDING abandons it, and one that takes AWSCURRENT counts as a rotation for the
/// schedule (AWS: RotationAbandoned; RotationRules).
void NoteNewValue(const Context& context, const secrets::Secret& after, std::string_view token);

/// After labels were moved: without AWSPENDING and AWSCURRENT its version ends a rotation.
void NoteMovedLabels(const Context& context, const secrets::Secret& after);

/// Before a secret is scheduled for deletion: switches rotation off and ends what runs.
void SwitchRotationOff(const Context& context, const secrets::Secret& secret);

/// What a value that is a JSON object names as further secrets that its rotation needs: AWS's
/// members `masterarn` and `adminSecretArn`, as they are written.
[[nodiscard]] std::vector<std::string> RelatedSecretsNamedIn(std::string_view value);

/// ARNs of further secrets that the current value of `secret` names (`masterarn`,
/// `adminSecretArn`) and that the caller may read himself.
[[nodiscard]] std::vector<std::string> ReadableRelatedSecrets(const Context& context,
                                                              const secrets::Secret& secret);

}  // namespace coffer::services::secretsmanager
