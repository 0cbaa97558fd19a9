#include "rotation/native/postgresql_session.h"

#include "coffer/result.h"
#include "rotation/native/ca_file.h"
#include "rotation/native/postgresql_error.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <libpq-fe.h>
#include <poll.h>
#include <utility>

namespace coffer::rotation::native {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kConnectTimeout{5};

struct CloseConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Connection = std::unique_ptr<PGconn, CloseConnection>;

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
struct FreeMemory {
  void operator()(char* memory) const { PQfreemem(memory); }
};
using Text = std::unique_ptr<char, FreeMemory>;

void IgnoreNotice(void* /*unused*/, const char* /*message*/) {}

class LibpqSession : public PostgresqlSession {
 public:
  explicit LibpqSession(Connection connection) : connection_(std::move(connection)) {}

  Outcome<Rows> Query(const std::string& statement) override {
    const std::unique_ptr<PGresult, ClearResult> result(
        PQexec(connection_.get(), statement.c_str()));
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
      const char* const state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
      const char* const message = PQresultErrorField(result.get(), PG_DIAG_MESSAGE_PRIMARY);
      return std::unexpected(PostgresqlStatementError(
          state == nullptr ? "" : state,
          message == nullptr ? PQerrorMessage(connection_.get()) : message));
    }
    Rows rows(static_cast<std::size_t>(PQntuples(result.get())));
    for (int row = 0; row < PQntuples(result.get()); ++row) {
      for (int column = 0; column < PQnfields(result.get()); ++column) {
        rows[static_cast<std::size_t>(row)].emplace_back(PQgetvalue(result.get(), row, column));
      }
    }
    return rows;
  }

  Outcome<std::string> Literal(std::string_view text) override {
    return Take(PQescapeLiteral(connection_.get(), text.data(), text.size()));
  }
  Outcome<std::string> Identifier(std::string_view name) override {
    return Take(PQescapeIdentifier(connection_.get(), name.data(), name.size()));
  }
  Outcome<std::string> Verifier(std::string_view username, std::string_view password,
                                const std::string& algorithm) override {
    return Take(PQencryptPasswordConn(connection_.get(), std::string(password).c_str(),
                                      std::string(username).c_str(), algorithm.c_str()));
  }

 private:
  Outcome<std::string> Take(char* memory) {
    const Text text(memory);
    if (text == nullptr) return Failed(errors::kDatabaseError, PQerrorMessage(connection_.get()));
    return std::string(text.get());
  }

  Connection connection_;
};

/// Nothing but what is said here has a say: no service file, no password file, no client
/// certificate. (The environment is empty.)
Connection Start(const Login& login, const std::string& ca_file) {
  const std::string host(login.host);
  const std::string port = std::to_string(login.port);
  const std::string username(login.username);
  const std::string password(login.password);
  const std::string database(login.database.empty() ? "postgres" : login.database);
  struct Parameter {
    const char* name;
    const char* value;
  };
  const std::array<Parameter, 15> parameters = {{
      {"host", host.c_str()},
      {"port", port.c_str()},
      {"user", username.c_str()},
      {"password", password.c_str()},
      {"dbname", database.c_str()},
      {"passfile", "/nonexistent"},
      {"sslmode", login.uses_tls ? "verify-full" : "disable"},
      {"sslrootcert", ca_file.c_str()},
      {"sslcert", "/nonexistent"},
      {"sslkey", "/nonexistent"},
      {"gssencmode", "disable"},
      {"client_encoding", "UTF8"},
      {"application_name", "coffer-rotation"},
      {"options", ""},
      {"tcp_user_timeout", "20000"},
  }};
  std::array<const char*, parameters.size() + 1> names{};
  std::array<const char*, parameters.size() + 1> values{};
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    names.at(i) = parameters.at(i).name;
    values.at(i) = parameters.at(i).value;
  }
  return Connection(PQconnectStartParams(names.data(), values.data(), 0));
}

/// Waits until the connection wants to go on; false = out of time.
bool Wait(PGconn* connection, PostgresPollingStatusType wants, steady_clock::time_point deadline) {
  pollfd descriptor{.fd = PQsocket(connection),
                    .events = static_cast<short>(wants == PGRES_POLLING_READING ? POLLIN : POLLOUT),
                    .revents = 0};
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
    if (left <= 0) return false;
    const int ready = ::poll(&descriptor, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

}  // namespace

std::expected<std::unique_ptr<PostgresqlSession>, LoginFailure> LibpqConnector::Connect(
    const Login& login) {
  Connection connection = Start(login, ca_file_);
  PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);
  PQsetNoticeProcessor(connection.get(), IgnoreNotice, nullptr);
  const auto deadline = steady_clock::now() + kConnectTimeout;
  PostgresPollingStatusType status =
      PQstatus(connection.get()) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (status != PGRES_POLLING_OK && status != PGRES_POLLING_FAILED) {
    if (!Wait(connection.get(), status, deadline)) {
      return std::unexpected(
          LoginFailure{LoginFailure::Kind::kUnreachable, "no answer within five seconds"});
    }
    status = PQconnectPoll(connection.get());
  }
  if (status == PGRES_POLLING_FAILED) {
    return std::unexpected(
        NameCaFile(ClassifyPostgresqlLogin(PQerrorMessage(connection.get())), ca_file_));
  }
  // Where the server trusts everybody, a login proves nothing and a rotation would change nothing.
  if (PQconnectionUsedPassword(connection.get()) == 0) {
    return std::unexpected(LoginFailure{
        LoginFailure::Kind::kOther,
        "the server did not ask for a password (see pg_hba.conf: trust, peer or cert)"});
  }
  return std::make_unique<LibpqSession>(std::move(connection));
}

}  // namespace coffer::rotation::native
