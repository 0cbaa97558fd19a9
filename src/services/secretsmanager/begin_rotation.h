#pragma once

#include "secrets/rotation.h"
#include "secrets/rotation_job.h"
#include "secrets/secret.h"
#include "services/secretsmanager/rotation_state.h"

#include <string>

namespace coffer::services::secretsmanager {

/// A rotation that is to be begun.
struct NewRotation {
  std::string version_id;  ///< Of no version yet.
  secrets::RotationKind kind = secrets::RotationKind::kRotate;
  bool is_scheduled = false;
};

/// Makes the version of a rotation, without a value, and its job, and stores `secret`, whose
/// AWSPENDING goes there. Whatever was left of an earlier rotation is abandoned. The caller has
/// seen to it that no rotation is incomplete, and stores `rotation`.
void BeginRotation(const RotationScope& scope, secrets::Secret& secret,
                   const secrets::Rotation& rotation, const NewRotation& asked);

}  // namespace coffer::services::secretsmanager
