#pragma once

#include "rotation/native/error.h"
#include "rotation/native/session.h"
#include "rotation/native/settings.h"
#include "rotation/native/step_credentials.h"

namespace coffer::rotation::native {

/// setSecret and testSecret in PostgreSQL. Both may be repeated.
class PostgresqlRotation {
 public:
  PostgresqlRotation(PostgresqlConnector& connector, const Settings& settings)
      : connector_(connector), settings_(settings) {}

  /// Gives the pending user the pending password; makes the user where it takes turns with the
  /// current one and is not there yet. In one transaction.
  [[nodiscard]] Outcome<void> Set(const SetCredentials& credentials);
  /// Logs in with the pending password.
  [[nodiscard]] Outcome<void> Test(const DatabaseCredential& pending);

 private:
  [[nodiscard]] Outcome<void> SetOwn(const SetCredentials& credentials);
  [[nodiscard]] Outcome<void> SetOther(const SetCredentials& credentials,
                                       const DatabaseCredential& master);

  PostgresqlConnector& connector_;
  const Settings& settings_;
};

}  // namespace coffer::rotation::native
