#pragma once

#include "coffer/rotation_executor.h"

#include <filesystem>
#include <memory>
#include <string>

namespace coffer::rotation {

/// Runs a command for each step, which gets one JSON document on standard input and answers with
/// another (docs/rotation-functions.md). It holds no credentials: values are read and stored for
/// it. Serves the kinds exec, with the function's own command, and native, with `coffer-rotator`,
/// which speaks the same protocol.
class HookExecutor final : public RotationExecutor {
 public:
  struct Options {
    std::string rotator;  ///< Path of `coffer-rotator`; empty for the kind exec.
    /// Where each process gets its private directory.
    std::filesystem::path scratch = std::filesystem::temp_directory_path();
  };
  explicit HookExecutor(Options options) : options_(std::move(options)) {}

  [[nodiscard]] std::unique_ptr<RotationInvocation> Begin(const RotationFunction& function,
                                                          const RotationFacts& facts,
                                                          RotationSecrets& secrets,
                                                          LineSink print) override;

 private:
  Options options_;
};

}  // namespace coffer::rotation
