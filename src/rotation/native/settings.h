#pragma once

#include "rotation/native/error.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace coffer::rotation::native {

enum class Engine : std::uint8_t { kPostgresql, kMysql };
enum class Strategy : std::uint8_t { kSingleUser, kAlternatingUsers };
/// What follows a TLS login that failed, where the secret has no `ssl` of its own.
enum class TlsFallback : std::uint8_t {
  kRefusedOnly,  ///< Without TLS if the server does not offer it.
  kAny,          ///< Without TLS whatever the reason was, as AWS's functions do.
  kNever,
};
/// Which accounts of a user are copied to its clone.
enum class HostParts : std::uint8_t { kPercent, kAll };

/// How an operator wants a rotator to work: the settings of its registry entry.
struct Settings {
  Engine engine = Engine::kPostgresql;
  std::optional<Strategy> strategy;  ///< nullopt: by whether the secret has `masterarn`.
  TlsFallback tls_fallback = TlsFallback::kRefusedOnly;
  std::string ca_file = "/etc/ssl/certs/ca-certificates.crt";
  std::int64_t timeout_seconds = 30;
  bool sends_verifier = true;  ///< PostgreSQL: what the server keeps is made here.
  bool uses_dual_passwords = false;
  HostParts host_parts = HostParts::kPercent;
  bool copies_grant_option = false;
  std::optional<std::size_t> username_limit;  ///< In characters; MySQL and MariaDB.
};

/// Reads the settings by their names. An unknown name, or a value that a setting does not take, is
/// an error that names the setting: a misspelt one must not be a default in disguise.
[[nodiscard]] Outcome<Settings> ParseSettings(const std::map<std::string, std::string>& settings);

}  // namespace coffer::rotation::native
