#pragma once

#include "coffer/result.h"
#include "coffer/rotation_function.h"
#include "coffer/secret_bytes.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace coffer {

/// The four steps, in their order.
enum class RotationStep : std::uint8_t { kCreateSecret, kSetSecret, kTestSecret, kFinishSecret };

/// AWS: `Step` of the event, `createSecret` for example.
[[nodiscard]] constexpr std::string_view WireName(RotationStep step) {
  switch (step) {
    case RotationStep::kCreateSecret:
      return "createSecret";
    case RotationStep::kSetSecret:
      return "setSecret";
    case RotationStep::kTestSecret:
      return "testSecret";
    case RotationStep::kFinishSecret:
      return "finishSecret";
  }
  return "";
}

/// How one step ended.
struct StepOutcome {
  enum class Kind : std::uint8_t {
    kSucceeded,
    kFunctionError,   ///< The function ran and failed, or what it answered makes no sense.
    kTimedOut,        ///< It was stopped at its deadline.
    kInfrastructure,  ///< It could not be run (spawn failed, connection refused, 429, 5xx).
  };
  Kind kind = Kind::kSucceeded;
  std::string error_type;  ///< As Lambda names it: `Runtime.ExitError`, `ValueError`, ...
  /// What went wrong, as the function said it. NOT redacted: whoever keeps or prints it does that.
  std::string message;

  [[nodiscard]] bool ok() const { return kind == Kind::kSucceeded; }
};

/// Keys that a function signs its calls with; they end with the job.
struct RotationCredentials {
  std::string access_key_id;
  SecretBytes secret_access_key;
  SecretBytes session_token;
};

/// What is the same in each step of one attempt.
struct RotationFacts {
  std::string secret_arn;    ///< SecretId of the event: the whole ARN.
  std::string region;        ///< Of the secret.
  std::string function_arn;  ///< RotationLambdaARN.
  std::string version_id;    ///< ClientRequestToken: the id of the new version.
  SecretBytes
      rotation_token;  ///< 36 to 256 of [a-zA-Z0-9-]; proves that a Put belongs to this job.
  RotationCredentials credentials;
};

/// The value of one version.
struct RotationValue {
  std::string version_id;
  bool is_binary = false;
  SecretBytes value;  ///< The text, or the bytes themselves.
};

/// What a rotation may do to its secret: the same operations as over the API, under the rotation's
/// own principal. Used by executors that do not hand credentials to what they run. Refusals are the
/// API's. Thread-safe.
class RotationSecrets {
 public:
  virtual ~RotationSecrets() = default;
  /// The version with AWSCURRENT, AWSPREVIOUS; nullopt when there is none or it has no value.
  [[nodiscard]] virtual Result<std::optional<RotationValue>> Labelled(
      std::string_view staging_label) = 0;
  /// The version of this rotation; nullopt while it has no value.
  [[nodiscard]] virtual Result<std::optional<RotationValue>> Pending() = 0;
  /// AWSCURRENT of another secret, by name or ARN, where the registry allows it.
  [[nodiscard]] virtual Result<RotationValue> Related(std::string_view secret_id) = 0;
  /// A new password by the function's settings (EXCLUDE_CHARACTERS, PASSWORD_LENGTH, ...) where
  /// they are set, otherwise AWS's functions' defaults with `default_exclude` left out.
  [[nodiscard]] virtual Result<SecretBytes> NewPassword(const RotationFunction& function,
                                                        std::string_view default_exclude) = 0;
  /// Stores the value of this rotation's version.
  [[nodiscard]] virtual Result<void> PutPending(SecretBytes value, bool is_binary) = 0;
  /// Moves AWSCURRENT to this rotation's version; nothing to do when it is there.
  [[nodiscard]] virtual Result<void> Promote() = 0;
};

/// A function while one attempt of a rotation lasts. `Run` is called by one thread; `Stop` by any.
/// Destroying it ends every process that it started.
class RotationInvocation {
 public:
  virtual ~RotationInvocation() = default;
  /// Runs one step and returns when it is over, at most a few seconds after the function's timeout.
  [[nodiscard]] virtual StepOutcome Run(RotationStep step) = 0;
  /// Makes a running step end soon, and each later one fail at once.
  virtual void Stop() = 0;
};

/// Starts functions of one kind. Thread-safe.
class RotationExecutor {
 public:
  /// Takes one line of what a function printed, without its end, at most 64 KiB. NOT redacted.
  using LineSink = std::function<void(std::string_view line)>;

  virtual ~RotationExecutor() = default;
  /// `function`, `facts` and `secrets` outlive what is returned. Does nothing slow: what can fail
  /// fails in the first step.
  [[nodiscard]] virtual std::unique_ptr<RotationInvocation> Begin(const RotationFunction& function,
                                                                  const RotationFacts& facts,
                                                                  RotationSecrets& secrets,
                                                                  LineSink print) = 0;
};

}  // namespace coffer
