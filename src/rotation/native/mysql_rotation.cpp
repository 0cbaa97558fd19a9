#include "rotation/native/mysql_rotation.h"

#include "coffer/result.h"
#include "rotation/native/login.h"
#include "rotation/native/mysql_clone.h"
#include "rotation/native/mysql_dialect.h"

#include <string>
#include <utility>

namespace coffer::rotation::native {
namespace {

Outcome<void> KeepOldPassword(Session& session, const MysqlVersion& version,
                              const std::string& change) {
  if (!HasDualPasswords(version)) {
    return Failed(errors::kInvalidSettings, "DUAL_PASSWORD needs MySQL 8.0.14 or newer.");
  }
  RETURN_IF_ERROR(session.Query("ALTER USER USER() DISCARD OLD PASSWORD"));
  RETURN_IF_ERROR(session.Query(change + " RETAIN CURRENT PASSWORD"));
  return {};
}

Outcome<void> ChangeOwn(Session& session, const Settings& settings,
                        const DatabaseCredential& pending) {
  ASSIGN_OR_RETURN(const MysqlVersion version, PrepareMysqlSession(session));
  ASSIGN_OR_RETURN(const std::string password, session.Literal(pending.password.ExposeText()));
  const std::string change = SetOwnPassword(version, password);
  if (settings.uses_dual_passwords) return KeepOldPassword(session, version, change);
  RETURN_IF_ERROR(session.Query(change));
  return {};
}

RotatorError Explain(RotatorError error, const std::string& what) {
  error.message = "Cannot " + what + ": " + error.message;
  return error;
}

}  // namespace

Outcome<void> MysqlRotation::Set(const SetCredentials& credentials) {
  if (credentials.master) return SetOther(credentials, *credentials.master);
  return SetOwn(credentials);
}

Outcome<void> MysqlRotation::SetOwn(const SetCredentials& credentials) {
  ASSIGN_OR_RETURN(const auto session,
                   LogInToChangeOwn(connector_, credentials, settings_.tls_fallback));
  if (session == nullptr) return {};
  Outcome<void> changed = ChangeOwn(*session, settings_, credentials.pending);
  if (changed) return {};
  return std::unexpected(
      Explain(std::move(changed.error()),
              "change the password of \"" + credentials.pending.username + "\""));
}

Outcome<void> MysqlRotation::SetOther(const SetCredentials& credentials,
                                      const DatabaseCredential& master) {
  ASSIGN_OR_RETURN(const auto session,
                   LogInToChangeOther(connector_, credentials, master, settings_.tls_fallback));
  if (session == nullptr) return {};
  Outcome<void> changed =
      SetUpClone(*session, settings_, credentials.current.username, credentials.pending);
  if (changed) return {};
  return std::unexpected(Explain(
      std::move(changed.error()),
      "set up the user \"" + credentials.pending.username + "\" as \"" + master.username + "\""));
}

Outcome<void> MysqlRotation::Test(const DatabaseCredential& pending) {
  const auto session = LogIn(connector_, pending, settings_.tls_fallback);
  if (!session) return std::unexpected(LoginError(session.error(), "pending", pending));
  RETURN_IF_ERROR((*session)->Query("SELECT NOW()"));
  return {};
}

}  // namespace coffer::rotation::native
