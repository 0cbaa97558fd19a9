#pragma once

#include "coffer/secret_bytes.h"

#include <chrono>
#include <cstddef>
#include <string>

namespace coffer::keyring {

struct CommandLimits {
  std::chrono::milliseconds time{30'000};
  std::size_t output_bytes = 4096;
};

/// What the program `path` (absolute) writes to its standard output. It runs without a shell,
/// arguments, environment or input, in a process group of its own; on any failure that group is
/// killed and MasterKeyError thrown. Standard error stays the server's, for the operator to read.
[[nodiscard]] SecretBytes RunKeyCommand(const std::string& path, const CommandLimits& limits = {});

}  // namespace coffer::keyring
