#include "rotation/native/postgresql_rotation.h"

#include "coffer/result.h"
#include "rotation/native/alternate_user.h"
#include "rotation/native/login.h"

#include <charconv>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coffer::rotation::native {
namespace {

// CREATE ROLE needs ADMIN OPTION on what it grants since this version.
constexpr int kAdminOptionVersion = 160000;

RotatorError Explain(RotatorError error, std::string_view what) {
  error.message = "Cannot " + std::string(what) + ": " + error.message;
  return error;
}

Outcome<std::string> Show(PostgresqlSession& session, const std::string& name) {
  ASSIGN_OR_RETURN(const Rows rows, session.Query("SHOW " + name));
  if (rows.empty() || rows.front().empty()) return std::string();
  return rows.front().front();
}

/// Prepares a session that may belong to a superuser: whoever owns the database may have put
/// functions and operators of his own in front of the system's.
Outcome<void> Secure(PostgresqlSession& session) {
  RETURN_IF_ERROR(session.Query("SELECT pg_catalog.set_config('search_path', '', false)"));
  return {};
}

/// The literal that stands behind PASSWORD. A verifier keeps the password out of the server's log,
/// which with log_statement=ddl has the whole statement.
Outcome<std::string> PasswordLiteral(PostgresqlSession& session, const Settings& settings,
                                     const DatabaseCredential& pending) {
  const std::string_view password = pending.password.ExposeText();
  if (!settings.sends_verifier) return session.Literal(password);
  ASSIGN_OR_RETURN(std::string algorithm, Show(session, "password_encryption"));
  // What servers before 10 call it.
  if (algorithm == "on" || algorithm == "off") algorithm = "md5";
  ASSIGN_OR_RETURN(const std::string verifier,
                   session.Verifier(pending.username, password, algorithm));
  return session.Literal(verifier);
}

Outcome<void> RunInTransaction(PostgresqlSession& session,
                               const std::vector<std::string>& statements) {
  RETURN_IF_ERROR(session.Query("BEGIN"));
  RETURN_IF_ERROR(session.Query("SET LOCAL statement_timeout = '20s'"));
  RETURN_IF_ERROR(session.Query("SET LOCAL lock_timeout = '10s'"));
  for (const std::string& statement : statements) RETURN_IF_ERROR(session.Query(statement));
  RETURN_IF_ERROR(session.Query("COMMIT"));
  return {};
}

Outcome<void> ChangeOwn(PostgresqlSession& session, const Settings& settings,
                        const DatabaseCredential& pending) {
  RETURN_IF_ERROR(Secure(session));
  ASSIGN_OR_RETURN(const std::string user, session.Identifier(pending.username));
  ASSIGN_OR_RETURN(const std::string password, PasswordLiteral(session, settings, pending));
  return RunInTransaction(session, {"ALTER ROLE " + user + " PASSWORD " + password});
}

Outcome<void> ChangeOther(PostgresqlSession& session, const Settings& settings,
                          const SetCredentials& credentials) {
  const DatabaseCredential& pending = credentials.pending;
  ASSIGN_OR_RETURN(const std::string user, session.Identifier(pending.username));
  ASSIGN_OR_RETURN(const std::string name, session.Literal(pending.username));
  ASSIGN_OR_RETURN(const std::string current, session.Identifier(credentials.current.username));
  ASSIGN_OR_RETURN(const std::string password, PasswordLiteral(session, settings, pending));
  ASSIGN_OR_RETURN(const Rows known,
                   session.Query("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = " + name));
  if (!known.empty()) {
    return RunInTransaction(session, {"ALTER ROLE " + user + " PASSWORD " + password});
  }
  return RunInTransaction(session, {"CREATE ROLE " + user + " LOGIN PASSWORD " + password,
                                    "GRANT " + current + " TO " + user});
}

/// `version`: server_version_num.
RotatorError WithHint(RotatorError error, const std::string& version) {
  int number = 0;
  std::from_chars(version.data(), version.data() + version.size(), number);
  if (error.type == errors::kPermissionDenied && number >= kAdminOptionVersion) {
    error.message +=
        ". From PostgreSQL 16 on CREATEROLE is not enough: the master user must be a superuser or "
        "have ADMIN OPTION on both users";
  }
  return error;
}

}  // namespace

Outcome<void> PostgresqlRotation::Set(const SetCredentials& credentials) {
  RETURN_IF_ERROR(CheckPostgresqlName(credentials.pending.username));
  if (credentials.master) return SetOther(credentials, *credentials.master);
  return SetOwn(credentials);
}

Outcome<void> PostgresqlRotation::SetOwn(const SetCredentials& credentials) {
  ASSIGN_OR_RETURN(const auto session,
                   LogInToChangeOwn(connector_, credentials, settings_.tls_fallback));
  if (session == nullptr) return {};
  Outcome<void> changed = ChangeOwn(*session, settings_, credentials.pending);
  if (changed) return {};
  return std::unexpected(
      Explain(std::move(changed.error()),
              "change the password of \"" + credentials.pending.username + "\""));
}

Outcome<void> PostgresqlRotation::SetOther(const SetCredentials& credentials,
                                           const DatabaseCredential& master) {
  ASSIGN_OR_RETURN(const auto session,
                   LogInToChangeOther(connector_, credentials, master, settings_.tls_fallback));
  if (session == nullptr) return {};
  RETURN_IF_ERROR(Secure(*session));
  ASSIGN_OR_RETURN(const std::string version, Show(*session, "server_version_num"));
  Outcome<void> changed = ChangeOther(*session, settings_, credentials);
  if (changed) return {};
  return std::unexpected(Explain(
      WithHint(std::move(changed.error()), version),
      "set up the user \"" + credentials.pending.username + "\" as \"" + master.username + "\""));
}

Outcome<void> PostgresqlRotation::Test(const DatabaseCredential& pending) {
  const auto session = LogIn(connector_, pending, settings_.tls_fallback);
  if (!session) return std::unexpected(LoginError(session.error(), "pending", pending));
  RETURN_IF_ERROR((*session)->Query("SELECT pg_catalog.now()"));
  return {};
}

}  // namespace coffer::rotation::native
