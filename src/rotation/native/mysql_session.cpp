#include "rotation/native/mysql_session.h"

#include "rotation/native/ca_file.h"
#include "rotation/native/mysql_error.h"

#include <cstddef>
#include <mysql.h>
#include <utility>

namespace coffer::rotation::native {
namespace {

constexpr unsigned kConnectSeconds = 5;
constexpr unsigned kAnswerSeconds = 30;

// Without those that hand the password over as it is: a server, or who sits in front of it, could
// ask for that.
constexpr const char* kPlugins =
    "mysql_native_password,caching_sha2_password,sha256_password,client_ed25519,parsec";

struct CloseConnection {
  void operator()(MYSQL* connection) const { mysql_close(connection); }
};
using Connection = std::unique_ptr<MYSQL, CloseConnection>;

struct FreeResult {
  void operator()(MYSQL_RES* result) const { mysql_free_result(result); }
};

class MariadbSession : public Session {
 public:
  explicit MariadbSession(Connection connection) : connection_(std::move(connection)) {}

  Outcome<Rows> Query(const std::string& statement) override {
    if (mysql_real_query(connection_.get(), statement.data(), statement.size()) != 0) {
      return LastError();
    }
    const std::unique_ptr<MYSQL_RES, FreeResult> result(mysql_store_result(connection_.get()));
    Rows rows;
    if (result == nullptr) {
      // Either the statement has no result, or it could not be fetched.
      if (mysql_errno(connection_.get()) != 0) return LastError();
      return rows;
    }
    const unsigned columns = mysql_num_fields(result.get());
    while (MYSQL_ROW values = mysql_fetch_row(result.get())) {
      const unsigned long* const lengths = mysql_fetch_lengths(result.get());
      auto& row = rows.emplace_back();
      for (unsigned i = 0; i < columns; ++i) {
        row.emplace_back(values[i] == nullptr ? "" : values[i],
                         values[i] == nullptr ? 0 : lengths[i]);
      }
    }
    return rows;
  }

  Outcome<std::string> Literal(std::string_view text) override {
    std::string escaped(2 * text.size() + 1, '\0');
    const unsigned long length =
        mysql_real_escape_string(connection_.get(), escaped.data(), text.data(), text.size());
    if (length == static_cast<unsigned long>(-1)) return LastError();
    escaped.resize(length);
    return "'" + escaped + "'";
  }

 private:
  [[nodiscard]] std::unexpected<RotatorError> LastError() const {
    return std::unexpected(
        MysqlStatementError(mysql_errno(connection_.get()), mysql_error(connection_.get())));
  }

  Connection connection_;
};

/// No option file is read: nobody asks for one.
void SetOptions(MYSQL* connection, const Login& login, const std::string& ca_file) {
  const unsigned connect_seconds = kConnectSeconds;
  const unsigned answer_seconds = kAnswerSeconds;
  const unsigned local_infile = 0;
  const unsigned protocol = MYSQL_PROTOCOL_TCP;  // Otherwise localhost is a socket file.
  const my_bool uses_tls = login.uses_tls ? 1 : 0;
  const my_bool reconnects = 0;
  mysql_optionsv(connection, MYSQL_OPT_CONNECT_TIMEOUT, &connect_seconds);
  mysql_optionsv(connection, MYSQL_OPT_READ_TIMEOUT, &answer_seconds);
  mysql_optionsv(connection, MYSQL_OPT_WRITE_TIMEOUT, &answer_seconds);
  mysql_optionsv(connection, MYSQL_OPT_LOCAL_INFILE, &local_infile);
  mysql_optionsv(connection, MYSQL_OPT_PROTOCOL, &protocol);
  mysql_optionsv(connection, MYSQL_OPT_RECONNECT, &reconnects);
  mysql_optionsv(connection, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  mysql_optionsv(connection, MARIADB_OPT_RESTRICTED_AUTH, kPlugins);
  mysql_optionsv(connection, MYSQL_OPT_SSL_ENFORCE, &uses_tls);
  mysql_optionsv(connection, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &uses_tls);
  if (login.uses_tls) mysql_optionsv(connection, MYSQL_OPT_SSL_CA, ca_file.c_str());
}

}  // namespace

std::expected<std::unique_ptr<Session>, LoginFailure> MariadbConnector::Connect(
    const Login& login) {
  Connection connection(mysql_init(nullptr));
  SetOptions(connection.get(), login, ca_file_);
  const std::string host(login.host);
  const std::string username(login.username);
  const std::string password(login.password);
  const std::string database(login.database);
  if (mysql_real_connect(connection.get(), host.c_str(), username.c_str(), password.c_str(),
                         database.empty() ? nullptr : database.c_str(), login.port, nullptr,
                         0) == nullptr) {
    return std::unexpected(
        NameCaFile(ClassifyMysqlLogin(mysql_errno(connection.get()), mysql_error(connection.get())),
                   ca_file_));
  }
  return std::make_unique<MariadbSession>(std::move(connection));
}

}  // namespace coffer::rotation::native
