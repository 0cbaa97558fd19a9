#pragma once

#include "server/vault.h"

#include <cstddef>
#include <string>
#include <vector>

namespace coffer::server {

/// What an examination of all stored data found.
struct VerificationReport {
  std::size_t secrets = 0;
  std::size_t versions = 0;
  std::size_t identities = 0;
  /// One line for each secret, version or identity that cannot be trusted.
  std::vector<std::string> problems;
};

/// Checks every row's MAC and opens every value.
[[nodiscard]] VerificationReport Verify(Vault& vault);

}  // namespace coffer::server
