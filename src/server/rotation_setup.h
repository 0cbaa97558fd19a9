#pragma once

#include "coffer/config.h"
#include "coffer/random.h"
#include "rotation/executors/executors.h"
#include "secrets/rotation_retries.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace coffer::server {

[[nodiscard]] secrets::RotationRetryPolicy RetryPolicyOf(const Config& config);

/// A name for this run of the server in leases.
[[nodiscard]] std::string NewOwner(Random& random);

/// How functions are run, and where they find this server, which listens on `port`. `authority` is
/// the certificate authority of our own making; empty when the certificate was configured.
/// `scratch` is for their private directories.
[[nodiscard]] rotation::Executors::Options ExecutorOptionsOf(const Config& config,
                                                             std::uint16_t port,
                                                             const std::filesystem::path& authority,
                                                             const std::filesystem::path& scratch);

}  // namespace coffer::server
