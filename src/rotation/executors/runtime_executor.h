#pragma once

#include "coffer/random.h"
#include "coffer/rotation_executor.h"
#include "rotation/executors/runtime_environment.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <utility>

namespace coffer::rotation {

/// Hosts functions that were written for AWS Lambda, unchanged: each rotation gets a process of its
/// own that talks to a Runtime API of its own on loopback, and that is started again for the next
/// step when it ends after an answer. A step's time runs from the delivery of its event; starting
/// has `init_limit` beside that, as in Lambda.
class RuntimeExecutor final : public RotationExecutor {
 public:
  struct Options {
    FunctionFacing server;
    std::filesystem::path scratch = std::filesystem::temp_directory_path();
    std::chrono::milliseconds init_limit{10'000};
  };
  /// `random` outlives the executor.
  RuntimeExecutor(Options options, Random& random)
      : options_(std::move(options)), random_(random) {}

  [[nodiscard]] std::unique_ptr<RotationInvocation> Begin(const RotationFunction& function,
                                                          const RotationFacts& facts,
                                                          RotationSecrets& secrets,
                                                          LineSink print) override;

 private:
  Options options_;
  Random& random_;
};

}  // namespace coffer::rotation
