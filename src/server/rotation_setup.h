#pragma once

#include "coffer/config.h"
#include "coffer/random.h"
#include "coffer/rotation_executor.h"
#include "rotation/executors/hook_executor.h"
#include "secrets/rotation_retries.h"

#include <string>

namespace coffer::server {

[[nodiscard]] secrets::RotationRetryPolicy RetryPolicyOf(const Config& config);

/// A name for this run of the server in leases.
[[nodiscard]] std::string NewOwner(Random& random);

/// What runs functions of each kind.
class RotationExecutors {
 public:
  explicit RotationExecutors(const Config& config);
  [[nodiscard]] RotationExecutor* Of(RotationFunctionKind kind);

 private:
  rotation::HookExecutor native_;
  rotation::HookExecutor exec_;
};

}  // namespace coffer::server
