#include "rotation/native/mysql_clone.h"

#include "coffer/result.h"
#include "rotation/native/alternate_user.h"
#include "rotation/native/mysql_grants.h"

#include <algorithm>
#include <string>
#include <vector>

namespace coffer::rotation::native {
namespace {

/// One user name at the places that it may come from.
struct User {
  std::string name;                ///< A literal.
  std::vector<std::string> hosts;  ///< Of its accounts, as the server has them.
};

/// The same host part for both users; literals, `'app'@'%'`.
struct Accounts {
  std::string user;  ///< Of the current account, without its host.
  std::string host;
  std::string current;
  std::string pending;
};

Outcome<User> FindUser(Session& session, const MysqlVersion& version, std::string_view name) {
  User user;
  ASSIGN_OR_RETURN(user.name, session.Literal(name));
  std::string query = "SELECT Host FROM mysql.user WHERE User = " + user.name;
  // MariaDB keeps roles in the same table.
  if (version.IsMariadb(10, 0)) query += " AND is_role <> 'Y'";
  ASSIGN_OR_RETURN(const Rows rows, session.Query(query));
  for (const auto& row : rows) {
    if (!row.empty()) user.hosts.push_back(row.front());
  }
  return user;
}

/// The host parts that the clone is to have.
Outcome<std::vector<std::string>> HostsToCopy(const Settings& settings, const User& current) {
  constexpr std::string_view kAnywhere = "%";
  if (current.hosts.empty()) {
    return Failed(errors::kDatabaseError,
                  "the user " + current.name + " has no account in mysql.user");
  }
  if (settings.host_parts == HostParts::kAll) return current.hosts;
  if (std::ranges::find(current.hosts, kAnywhere) == current.hosts.end()) {
    return Failed(errors::kDatabaseError, "there is no account " + current.name +
                                              "@'%'; the setting HOST_PARTS=all copies the "
                                              "accounts of other hosts");
  }
  return std::vector<std::string>{std::string(kAnywhere)};
}

Outcome<void> CopyGrants(Session& session, const Accounts& accounts, bool with_grant_option) {
  ASSIGN_OR_RETURN(const Rows rows, session.Query("SHOW GRANTS FOR " + accounts.current));
  for (const auto& row : rows) {
    if (row.empty()) continue;
    const auto grant = ReplayGrant(row.front(), accounts.pending, with_grant_option);
    if (!grant) {
      return Failed(errors::kDatabaseError,
                    "a row of SHOW GRANTS FOR " + accounts.current + " cannot be understood");
    }
    if (grant->statement.empty()) continue;
    RETURN_IF_ERROR(session.Query(grant->statement));
  }
  return {};
}

Outcome<void> CopyDefaultRoles(Session& session, const MysqlVersion& version,
                               const Accounts& accounts) {
  if (!HasDefaultRolesTable(version)) return {};
  ASSIGN_OR_RETURN(
      const Rows rows,
      session.Query("SELECT DEFAULT_ROLE_USER, DEFAULT_ROLE_HOST FROM mysql.default_roles "
                    "WHERE USER = " +
                    accounts.user + " AND HOST = " + accounts.host));
  std::string roles;
  for (const auto& row : rows) {
    if (row.size() < 2) continue;
    ASSIGN_OR_RETURN(const std::string role, session.Literal(row[0]));
    ASSIGN_OR_RETURN(const std::string host, session.Literal(row[1]));
    if (!roles.empty()) roles += ", ";
    roles.append(role).append("@").append(host);
  }
  if (roles.empty()) return {};
  RETURN_IF_ERROR(session.Query("ALTER USER " + accounts.pending + " DEFAULT ROLE " + roles));
  return {};
}

Outcome<void> CopyTlsDemand(Session& session, const MysqlVersion& version,
                            const Accounts& accounts) {
  ASSIGN_OR_RETURN(const Rows rows,
                   session.Query("SELECT ssl_type, ssl_cipher, x509_issuer, x509_subject FROM "
                                 "mysql.user WHERE User = " +
                                 accounts.user + " AND Host = " + accounts.host));
  if (rows.empty() || rows.front().size() < 4) return {};
  const std::vector<std::string>& row = rows.front();
  TlsDemand demand{.type = row[0], .cipher = {}, .issuer = {}, .subject = {}};
  const auto literal = [&](const std::string& text) -> Outcome<std::string> {
    return text.empty() ? Outcome<std::string>(text) : session.Literal(text);
  };
  ASSIGN_OR_RETURN(demand.cipher, literal(row[1]));
  ASSIGN_OR_RETURN(demand.issuer, literal(row[2]));
  ASSIGN_OR_RETURN(demand.subject, literal(row[3]));
  const auto statement = RequireTls(version, accounts.pending, demand);
  if (!statement) {
    return Failed(errors::kDatabaseError, "what " + accounts.current +
                                              " demands of TLS cannot be understood: ssl_type " +
                                              demand.type);
  }
  RETURN_IF_ERROR(session.Query(*statement));
  return {};
}

/// Everything of one account except its final password.
Outcome<void> SetUpAccount(Session& session, const MysqlVersion& version, const Settings& settings,
                           const Accounts& accounts, bool is_missing,
                           const std::string& first_password) {
  if (is_missing) {
    RETURN_IF_ERROR(session.Query(CreateUser(accounts.pending, first_password)));
  }
  RETURN_IF_ERROR(CopyGrants(session, accounts, settings.copies_grant_option));
  RETURN_IF_ERROR(CopyDefaultRoles(session, version, accounts));
  return CopyTlsDemand(session, version, accounts);
}

/// A password that a new user has until everything else is in place: as good as the real one, and
/// nobody uses it. Were it the real one, a repetition after a crash would take the half-made user
/// for finished.
Outcome<std::string> FirstPassword(Session& session, const DatabaseCredential& pending) {
  const std::string_view password = pending.password.ExposeText();
  return session.Literal(std::string(password) + "~" + std::string(password));
}

}  // namespace

Outcome<MysqlVersion> PrepareMysqlSession(Session& session) {
  ASSIGN_OR_RETURN(const Rows rows, session.Query("SELECT VERSION()"));
  const std::string text = rows.empty() || rows.front().empty() ? "" : rows.front().front();
  const std::optional<MysqlVersion> version = ParseMysqlVersion(text);
  if (!version) {
    return Failed(errors::kDatabaseError, "the server's version makes no sense: " + text);
  }
  RETURN_IF_ERROR(session.Query("SET SESSION lock_wait_timeout = 10"));
  return *version;
}

Outcome<void> SetUpClone(Session& session, const Settings& settings, std::string_view current,
                         const DatabaseCredential& pending) {
  ASSIGN_OR_RETURN(const MysqlVersion version, PrepareMysqlSession(session));
  RETURN_IF_ERROR(
      CheckMysqlName(pending.username, settings.username_limit.value_or(UserNameLimit(version))));
  ASSIGN_OR_RETURN(const User from, FindUser(session, version, current));
  ASSIGN_OR_RETURN(const User to, FindUser(session, version, pending.username));
  ASSIGN_OR_RETURN(const std::vector<std::string> hosts, HostsToCopy(settings, from));
  ASSIGN_OR_RETURN(const std::string password, session.Literal(pending.password.ExposeText()));
  ASSIGN_OR_RETURN(const std::string first_password, FirstPassword(session, pending));
  std::vector<std::string> last;
  for (const std::string& host : hosts) {
    ASSIGN_OR_RETURN(const std::string literal, session.Literal(host));
    const Accounts accounts{.user = from.name,
                            .host = literal,
                            .current = from.name + "@" + literal,
                            .pending = to.name + "@" + literal};
    const bool is_missing = std::ranges::find(to.hosts, host) == to.hosts.end();
    RETURN_IF_ERROR(SetUpAccount(session, version, settings, accounts, is_missing, first_password));
    last.push_back(SetPasswordOf(version, accounts.pending, password));
  }
  for (const std::string& statement : last) RETURN_IF_ERROR(session.Query(statement));
  return {};
}

}  // namespace coffer::rotation::native
