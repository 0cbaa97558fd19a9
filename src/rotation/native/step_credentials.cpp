#include "rotation/native/step_credentials.h"

#include "coffer/result.h"
#include "rotation/native/alternate_user.h"

#include <string>
#include <utility>

namespace coffer::rotation::native {
namespace {

constexpr std::string_view kPendingValue = "The pending value";
constexpr std::string_view kMasterValue = "The value of the secret that masterarn names";

Outcome<DatabaseCredential> Parse(const std::optional<VersionValue>& version,
                                  const Settings& settings, std::string_view what) {
  if (!version) return Failed(errors::kInvalidSecret, std::string(what) + " is missing.");
  if (version->is_binary) {
    return Failed(errors::kInvalidSecret,
                  std::string(what) + " is binary: a database secret is a SecretString.");
  }
  return ParseCredential(version->text.ExposeText(), settings.engine, what);
}

Outcome<void> CheckSameServer(const DatabaseCredential& current,
                              const DatabaseCredential& pending) {
  if (IsSameServer(current, pending)) return {};
  return Failed(errors::kPendingMismatch,
                "The pending value is for another host or port than the current one; nothing was "
                "sent to either.");
}

Outcome<void> CheckUser(const DatabaseCredential& pending, std::string_view expected) {
  if (pending.username == expected) return {};
  return Failed(errors::kPendingMismatch, "The pending value is for the user \"" +
                                              pending.username + "\" instead of \"" +
                                              std::string(expected) + "\"; nothing was changed.");
}

/// nullopt unless it is for the same user of the same server: to another one it is not sent.
std::optional<SecretBytes> PreviousPassword(const StepRequest& request, const Settings& settings,
                                            const DatabaseCredential& pending) {
  Outcome<DatabaseCredential> previous = Parse(request.previous, settings, "The previous value");
  if (!previous || previous->username != pending.username || !IsSameServer(*previous, pending)) {
    return std::nullopt;
  }
  return std::move(previous->password);
}

Outcome<DatabaseCredential> ParseMaster(const StepRequest& request, const Settings& settings,
                                        const DatabaseCredential& current) {
  RETURN_IF_ERROR(CheckNamesMaster(current));
  const auto found = request.related.find(current.master_secret);
  if (found == request.related.end()) {
    return Failed(errors::kMasterSecretUnavailable,
                  "The secret that masterarn names was not given to the rotator.");
  }
  if (!found->second.error_message.empty()) {
    return Failed(errors::kMasterSecretUnavailable,
                  "The secret that masterarn names cannot be read: " + found->second.error_message);
  }
  Outcome<DatabaseCredential> master =
      ParseCredential(found->second.text.ExposeText(), settings.engine, kMasterValue);
  if (!master) return Failed(errors::kMasterSecretInvalid, std::move(master.error().message));
  if (!IsSameServer(*master, current)) {
    return Failed(errors::kMasterSecretOtherHost,
                  "The secret that masterarn names is for another host or port than the current "
                  "value; nothing was sent to either.");
  }
  return master;
}

}  // namespace

Outcome<void> CheckNamesMaster(const DatabaseCredential& current) {
  if (!current.master_secret.empty()) return {};
  return Failed(errors::kMasterSecretMissing,
                "The current value has no key \"masterarn\", which alternating users need: the "
                "ARN or name of the secret of a user who may make users.");
}

Outcome<SetCredentials> CredentialsToSet(const StepRequest& request, const Settings& settings) {
  SetCredentials credentials;
  ASSIGN_OR_RETURN(credentials.current, Parse(request.current, settings, kCurrentValue));
  ASSIGN_OR_RETURN(credentials.pending, Parse(request.pending, settings, kPendingValue));
  const DatabaseCredential& current = credentials.current;
  const DatabaseCredential& pending = credentials.pending;
  credentials.strategy = StrategyFor(settings, current);
  RETURN_IF_ERROR(CheckSameServer(current, pending));
  if (credentials.strategy == Strategy::kSingleUser) {
    RETURN_IF_ERROR(CheckUser(pending, current.username));
    credentials.previous_password = PreviousPassword(request, settings, pending);
    return credentials;
  }
  RETURN_IF_ERROR(CheckUser(pending, AlternateUser(current.username)));
  ASSIGN_OR_RETURN(credentials.master, ParseMaster(request, settings, current));
  return credentials;
}

Outcome<DatabaseCredential> CredentialToTest(const StepRequest& request, const Settings& settings) {
  ASSIGN_OR_RETURN(const DatabaseCredential current,
                   Parse(request.current, settings, kCurrentValue));
  ASSIGN_OR_RETURN(DatabaseCredential pending, Parse(request.pending, settings, kPendingValue));
  RETURN_IF_ERROR(CheckSameServer(current, pending));
  // A test before the first rotation gets a copy of the current value, whatever the strategy.
  if (pending.username != current.username) {
    RETURN_IF_ERROR(CheckUser(pending, AlternateUser(current.username)));
  }
  return pending;
}

}  // namespace coffer::rotation::native
