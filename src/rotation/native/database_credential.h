#pragma once

#include "coffer/secret_bytes.h"
#include "rotation/native/error.h"
#include "rotation/native/settings.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::rotation::native {

/// What a secret says about TLS.
enum class TlsMode : std::uint8_t {
  kPreferred,  ///< Nothing: with TLS, and TlsFallback decides what follows a failure.
  kRequired,   ///< `"ssl": true`.
  kOff,        ///< `"ssl": false`.
};

/// How to log in to a database: the value of a secret, in the shape that AWS documents for its
/// database secrets.
struct DatabaseCredential {
  std::string engine;
  std::string host;
  std::uint16_t port = 0;
  std::string username;
  SecretBytes password;
  std::string database;  ///< Empty = the engine's default.
  TlsMode tls = TlsMode::kPreferred;
  std::string master_secret;  ///< `masterarn`; empty = none.
};

/// Reads the value of a secret. `what` names it in messages ("The current value"). kInvalidSecret
/// says which key is missing or makes no sense, and never quotes a value.
[[nodiscard]] Outcome<DatabaseCredential> ParseCredential(std::string_view json, Engine engine,
                                                          std::string_view what);

/// Whether both are the same server: host, as it is written, and port.
[[nodiscard]] bool IsSameServer(const DatabaseCredential& one, const DatabaseCredential& other);

}  // namespace coffer::rotation::native
