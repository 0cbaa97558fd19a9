#pragma once

#include "coffer/clock.h"
#include "coffer/rotation_executor.h"
#include "secrets/rotation_job.h"
#include "secrets/secret.h"

#include <memory>

namespace coffer::services::secretsmanager {

/// Lets the attempts of rotations act as principals of their own, whose rights end with the attempt
/// and reach its secret alone. Safe to call from any thread.
class RotationAccess {
 public:
  virtual ~RotationAccess() = default;
  /// Keys for a function that signs its own calls. They are good while `job`, which runs, does, and
  /// until `expires` at most.
  [[nodiscard]] virtual RotationCredentials Issue(const secrets::Secret& secret,
                                                  const secrets::RotationJob& job,
                                                  Timestamp expires) const = 0;
  /// The same rights for what runs here. Not to be used inside a transaction.
  [[nodiscard]] virtual std::unique_ptr<RotationSecrets> Open(
      const secrets::Secret& secret, const secrets::RotationJob& job) const = 0;
};

}  // namespace coffer::services::secretsmanager
