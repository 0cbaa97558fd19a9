#pragma once

#include "coffer/random.h"
#include "coffer/rotation_executor.h"
#include "rotation/executors/hook_executor.h"
#include "rotation/executors/http_executor.h"
#include "rotation/executors/runtime_environment.h"
#include "rotation/executors/runtime_executor.h"

#include <filesystem>
#include <string>

namespace coffer::rotation {

/// The executors of all kinds. Thread-safe.
class Executors {
 public:
  struct Options {
    std::string rotator;         ///< Path of `coffer-rotator`.
    FunctionFacing server;       ///< Where functions find this server.
    std::string ca_certificate;  ///< Trusted by calls to functions elsewhere; may be empty.
    /// Where each process gets its private directory.
    std::filesystem::path scratch = std::filesystem::temp_directory_path();
  };
  /// `random` outlives this.
  Executors(const Options& options, Random& random);

  [[nodiscard]] RotationExecutor& ForKind(RotationFunctionKind kind);

 private:
  HookExecutor native_;
  HookExecutor exec_;
  RuntimeExecutor runtime_;
  HttpExecutor http_;
};

}  // namespace coffer::rotation
