#include "rotation/executors/executors.h"

namespace coffer::rotation {

Executors::Executors(const Options& options, Random& random)
    : native_({.rotator = options.rotator, .scratch = options.scratch}),
      exec_({.rotator = {}, .scratch = options.scratch}),
      runtime_({.server = options.server, .scratch = options.scratch}, random),
      http_({.ca_certificate = options.ca_certificate}) {}

RotationExecutor& Executors::ForKind(RotationFunctionKind kind) {
  switch (kind) {
    case RotationFunctionKind::kNative:
      break;
    case RotationFunctionKind::kRuntime:
      return runtime_;
    case RotationFunctionKind::kHttp:
      return http_;
    case RotationFunctionKind::kExec:
      return exec_;
  }
  return native_;
}

}  // namespace coffer::rotation
