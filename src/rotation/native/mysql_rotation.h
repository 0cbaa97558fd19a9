#pragma once

#include "rotation/native/error.h"
#include "rotation/native/session.h"
#include "rotation/native/settings.h"
#include "rotation/native/step_credentials.h"

namespace coffer::rotation::native {

/// setSecret and testSecret in MySQL and MariaDB, told apart by the server's own version. Nothing
/// there is transactional, so each statement may be repeated, and the password is set last: while
/// the pending password does not work, a repetition does everything again.
class MysqlRotation {
 public:
  MysqlRotation(MysqlConnector& connector, const Settings& settings)
      : connector_(connector), settings_(settings) {}

  [[nodiscard]] Outcome<void> Set(const SetCredentials& credentials);
  /// Logs in with the pending password.
  [[nodiscard]] Outcome<void> Test(const DatabaseCredential& pending);

 private:
  [[nodiscard]] Outcome<void> SetOwn(const SetCredentials& credentials);
  [[nodiscard]] Outcome<void> SetOther(const SetCredentials& credentials,
                                       const DatabaseCredential& master);

  MysqlConnector& connector_;
  const Settings& settings_;
};

}  // namespace coffer::rotation::native
