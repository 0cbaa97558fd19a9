#include "services/secretsmanager/update_secret_version_stage.h"

#include "secrets/messages.h"
#include "services/secretsmanager/rotation_state.h"

namespace coffer::services::secretsmanager {
namespace {

Result<void> CheckVersionExists(const Context& context, const secrets::Secret& secret,
                                const std::optional<std::string>& version_id) {
  if (version_id &&
      !context.service.secrets.FindVersion(context.transaction, secret, *version_id)) {
    return std::unexpected(secrets::VersionNotFound(*version_id));
  }
  return {};
}

// The version of a rotation has no value at first; with AWSCURRENT on it nobody could read the
// secret any more.
Result<void> CheckMayBeCurrent(const Context& context, const secrets::Secret& secret,
                               const UpdateSecretVersionStageRequest& request) {
  if (request.version_stage != secrets::kCurrent || !request.move_to_version_id) return {};
  const std::string& version_id = *request.move_to_version_id;
  const auto stored = context.service.secrets.FindVersion(context.transaction, secret, version_id);
  if (stored && stored->version.has_value) return {};
  return std::unexpected(secrets::VersionNotFound(version_id));
}

}  // namespace

Result<SecretName> UpdateSecretVersionStage(Context& context, const AuthorizedSecret& secret,
                                            const UpdateSecretVersionStageRequest& request) {
  if (secret->deleted) return std::unexpected(secrets::MarkedForDeletion());
  RETURN_IF_ERROR(CheckVersionExists(context, *secret, request.move_to_version_id));
  RETURN_IF_ERROR(CheckVersionExists(context, *secret, request.remove_from_version_id));
  RETURN_IF_ERROR(CheckMayBeCurrent(context, *secret, request));

  secrets::Secret changed = *secret;
  ASSIGN_OR_RETURN(changed.labels,
                   secrets::AfterMove(secret->labels, request.version_stage,
                                      request.move_to_version_id, request.remove_from_version_id));
  if (changed.labels != secret->labels) {
    changed.last_changed = context.now;
    context.service.secrets.Update(context.transaction, changed);
    NoteMovedLabels(context, changed);
  }
  return NameOf(*secret);
}

}  // namespace coffer::services::secretsmanager
