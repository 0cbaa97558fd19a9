#pragma once

#include "rotation/native/database_credential.h"
#include "rotation/native/error.h"
#include "rotation/native/settings.h"
#include "rotation/native/step_request.h"

#include <optional>
#include <string_view>

namespace coffer::rotation::native {

inline constexpr std::string_view kCurrentValue = "The current value";

/// Whom setSecret may log in as.
struct SetCredentials {
  Strategy strategy = Strategy::kSingleUser;
  DatabaseCredential current;
  DatabaseCredential pending;
  /// kSingleUser: of the version before, when that is for the same user of the same server.
  std::optional<SecretBytes> previous_password;
  /// kAlternatingUsers: who may make users. Always there then.
  std::optional<DatabaseCredential> master;
};

/// kMasterSecretMissing when a secret whose users take turns does not name the secret of the user
/// who may make them.
[[nodiscard]] Outcome<void> CheckNamesMaster(const DatabaseCredential& current);

/// Reads and compares the values before any of them is sent anywhere: a pending value for another
/// user or server would hand one password out, or change a foreign one (a confused deputy).
/// kInvalidSecret, kPendingMismatch and the errors of the master secret.
[[nodiscard]] Outcome<SetCredentials> CredentialsToSet(const StepRequest& request,
                                                       const Settings& settings);

/// The pending value, checked against the current one in the same way.
[[nodiscard]] Outcome<DatabaseCredential> CredentialToTest(const StepRequest& request,
                                                           const Settings& settings);

}  // namespace coffer::rotation::native
