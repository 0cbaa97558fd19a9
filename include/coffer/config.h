#pragma once

#include "coffer/rotation_function.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace coffer {

enum class Profile : std::uint8_t { kDevelopment, kStrict };

/// What policies are for.
enum class PolicyEnforcement : std::uint8_t {
  kOff,   ///< Whoever signs may do what the root user of his account may.
  kSoft,  ///< The same, and the log says what policies would have refused.
  kOn,
};

/// Every setting, with its default. Filled once at start from file, environment and flags, then
/// passed by const reference. Secrets are never values here, only names of places.
struct Config {
  Profile profile = Profile::kDevelopment;

  // Where to listen.
  std::string listen_address = "127.0.0.1";
  std::uint16_t listen_port = 4566;  ///< 0 = any free port; the ready line names it.
  /// Names and addresses in the certificate that is made when none is configured, beside localhost.
  std::vector<std::string> host_names;
  std::string certificate_file;  ///< PEM chain; with private_key_file. Empty = made by ourselves.
  std::string private_key_file;

  // Data.
  std::string data_directory = "./coffer-data";
  bool ephemeral = false;              ///< Keep everything in memory; for tests.
  bool master_key_passphrase = false;  ///< Ask at start; a source of the master key, see below.
  /// Upper bound of the cache of sealed values, in MiB; 0 = a quarter of what the process may use.
  std::size_t cache_mebibytes = 0;
  /// A file outside the data directory that remembers the newest commit, so that an older copy of
  /// the database is noticed at start. Empty = no such check.
  std::string anchor_file;

  // Sources of the master key. The strict profile needs one; several give a key each while the
  // master key is being replaced.
  std::string master_key_file;
  std::string master_key_environment;  ///< Name of a variable.
  std::string master_key_command;      ///< Absolute path.
  std::string master_key_credential;   ///< Name of a systemd credential.
  /// How fast keys are wrapped again when the master key was replaced.
  std::int64_t master_key_rewraps_per_second = 1000;

  // Who may call.
  /// The account of the root key made at first start (strict) or of the key `test` (development).
  std::string account = "000000000000";
  std::vector<std::string> extra_regions;  ///< Beside AWS's own.
  bool trust_any_signature = false;        ///< Development profile only.
  bool enforce_iam = false;    ///< In the development profile; the strict one always does.
  bool iam_soft_mode = false;  ///< Development profile only: log instead of refusing.

  [[nodiscard]] PolicyEnforcement policy_enforcement() const {
    if (profile == Profile::kStrict) return PolicyEnforcement::kOn;
    if (iam_soft_mode) return PolicyEnforcement::kSoft;
    return enforce_iam ? PolicyEnforcement::kOn : PolicyEnforcement::kOff;
  }

  // Limits of the front door.
  std::size_t threads = 0;  ///< 0 = one for each core.
  std::size_t max_connections = 4096;
  std::size_t max_connections_per_address = 0;  ///< 0 = no limit.
  std::size_t max_header_bytes = std::size_t{32} * 1024;
  std::size_t max_body_bytes = std::size_t{512} * 1024;
  std::size_t max_request_memory_bytes = std::size_t{64} << 20;
  std::int64_t handshake_timeout_seconds = 5;
  std::int64_t header_timeout_seconds = 10;
  std::int64_t body_timeout_seconds = 30;
  std::int64_t idle_timeout_seconds = 75;
  std::int64_t write_timeout_seconds = 20;
  std::int64_t drain_timeout_seconds = 25;

  // Rotation.
  /// The operator's own, before the built-in ones.
  std::vector<RotationFunction> rotation_functions;
  std::size_t rotation_concurrency = 8;           ///< Rotations at once, of all functions.
  std::size_t rotation_scheduled_per_second = 5;  ///< Begun by schedules, as a background load.
  /// Before the second, third, ... attempt of a rotation that failed; the last one goes on.
  std::vector<std::int64_t> rotation_retry_delays_seconds{60, 300, 900, 1800, 3600};
  std::int64_t rotation_give_up_seconds = 86'400;  ///< After the first attempt.
  /// The URL under which functions that run here call this server; empty = the address and port it
  /// listens on. A configured certificate must be good for it.
  std::string function_endpoint;
  /// The program that changes passwords in databases; empty = `coffer-rotator` beside this one.
  std::string rotator_file;

  std::string log_level = "info";
};

}  // namespace coffer
