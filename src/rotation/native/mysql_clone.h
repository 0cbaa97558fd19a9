#pragma once

#include "rotation/native/database_credential.h"
#include "rotation/native/error.h"
#include "rotation/native/mysql_dialect.h"
#include "rotation/native/session.h"
#include "rotation/native/settings.h"

#include <string_view>

namespace coffer::rotation::native {

/// Asks for the version and sets the session's own limits.
[[nodiscard]] Outcome<MysqlVersion> PrepareMysqlSession(Session& session);

/// Makes the pending user what the current one is, with the pending password: creates it where it
/// is missing, then grants, default roles, what it demands of TLS, and the password last.
/// `session` belongs to a user who may do all that and read mysql.user.
[[nodiscard]] Outcome<void> SetUpClone(Session& session, const Settings& settings,
                                       std::string_view current, const DatabaseCredential& pending);

}  // namespace coffer::rotation::native
