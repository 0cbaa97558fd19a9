#pragma once

#include "rotation/native/error.h"

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::rotation::native {

/// One attempt to log in.
struct Login {
  std::string_view host;
  std::uint16_t port = 0;
  std::string_view username;
  std::string_view password;
  std::string_view database;  ///< Empty = the engine's default.
  bool uses_tls = true;       ///< With the server's certificate and name verified.
};

struct LoginFailure {
  enum class Kind : std::uint8_t {
    kRefused,      ///< The server does not accept this user with this password.
    kTlsRefused,   ///< The server does not offer TLS.
    kTlsFailed,    ///< It does, but there is no trust in it.
    kUnreachable,  ///< What may pass: nobody answers, too many connections, starting up.
    kOther,
  };
  Kind kind = Kind::kOther;
  std::string message;  ///< Not redacted.
};

/// Rows of texts; NULL is the empty text.
using Rows = std::vector<std::vector<std::string>>;

/// An open connection.
class Session {
 public:
  virtual ~Session() = default;
  /// Runs one statement. An error carries the server's code and its message without the statement.
  [[nodiscard]] virtual Outcome<Rows> Query(const std::string& statement) = 0;
  /// `text` as a literal of SQL, with its quotes, for this connection.
  [[nodiscard]] virtual Outcome<std::string> Literal(std::string_view text) = 0;
};

class PostgresqlSession : public Session {
 public:
  /// `name` as an identifier, with its quotes.
  [[nodiscard]] virtual Outcome<std::string> Identifier(std::string_view name) = 0;
  /// What the server keeps instead of a password; `algorithm` as `password_encryption` names it.
  [[nodiscard]] virtual Outcome<std::string> Verifier(std::string_view username,
                                                      std::string_view password,
                                                      const std::string& algorithm) = 0;
};

/// Opens connections: the one seam between the strategies and the client libraries.
template <class S>
class Connector {
 public:
  virtual ~Connector() = default;
  [[nodiscard]] virtual std::expected<std::unique_ptr<S>, LoginFailure> Connect(
      const Login& login) = 0;
};
using PostgresqlConnector = Connector<PostgresqlSession>;
using MysqlConnector = Connector<Session>;

}  // namespace coffer::rotation::native
