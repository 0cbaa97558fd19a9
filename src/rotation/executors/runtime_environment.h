#pragma once

#include "coffer/rotation_executor.h"

#include <cstdint>
#include <string>
#include <vector>

namespace coffer::rotation {

/// Where functions find this server.
struct FunctionFacing {
  std::string endpoint;        ///< `http://127.0.0.1:4567`: SECRETS_MANAGER_ENDPOINT.
  std::string ca_certificate;  ///< Path of a PEM file to verify it with; empty = the system's.
};

/// The environment of a process behind the Runtime API, as `NAME=value` in the order of names: what
/// Lambda sets, what lets SDKs find this server and nothing else, and `function.environment`, which
/// can replace defaults (PATH, LANG, TZ, search paths, AWS_ENDPOINT_URL, AWS_MAX_ATTEMPTS,
/// AWS_EXECUTION_ENV, PYTHONUNBUFFERED) but none of the reserved names. HOME and TMPDIR are the
/// process's own matter (child_process.h).
[[nodiscard]] std::vector<std::string> RuntimeEnvironment(const RotationFunction& function,
                                                          const RotationFacts& facts,
                                                          const FunctionFacing& server,
                                                          std::uint16_t runtime_port);

}  // namespace coffer::rotation
