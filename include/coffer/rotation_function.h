#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace coffer {

/// How a rotation function is run.
enum class RotationFunctionKind : std::uint8_t {
  kNative,   ///< By `coffer-rotator`, our own rotators of databases.
  kRuntime,  ///< A process behind the Lambda Runtime API, on this machine.
  kHttp,     ///< Lambda's Invoke, over HTTP.
  kExec,     ///< A command that gets the step on standard input.
};

/// One entry of the operator's registry: what is run for a `RotationLambdaARN`. The API can name an
/// entry, never make one, so that no caller chooses a command or a URL.
struct RotationFunction {
  /// A whole function ARN, one without its qualifier, or `function:NAME` for any region and
  /// account; `*` stands for any text.
  std::string match;
  RotationFunctionKind kind = RotationFunctionKind::kNative;
  bool enabled = true;

  std::vector<std::string> command;  ///< kRuntime, kExec: program (absolute path) and arguments.
  std::string task_root;             ///< kRuntime, kExec: working directory; empty = private one.
  std::string url;                   ///< kHttp: where Invoke requests go.
  /// kRuntime, kExec: variables beside those that are always set. kNative: settings of the rotator,
  /// by the names that AWS's functions use (EXCLUDE_CHARACTERS, PASSWORD_LENGTH, ...) and our own.
  std::map<std::string, std::string> environment;
  std::string user;  ///< kRuntime, kExec: runs as this user where the server may choose.

  std::int64_t timeout_seconds = 30;    ///< Of one step: 1 to 900, as in Lambda.
  std::int64_t memory_mebibytes = 256;  ///< kRuntime, kExec: 128 to 10,240, as in Lambda.
  std::size_t concurrency = 4;          ///< How many rotations it runs at once.
  bool handles_finish = false;          ///< kExec: it moves AWSCURRENT itself.

  /// ARN patterns of the secrets that may use it; empty = any.
  std::vector<std::string> secrets;
  /// ARN patterns of further secrets that a rotation may read (`masterarn`).
  std::vector<std::string> related_secrets;

  bool operator==(const RotationFunction&) const = default;
};

}  // namespace coffer
