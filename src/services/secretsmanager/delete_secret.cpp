#include "services/secretsmanager/delete_secret.h"

#include "secrets/deletion.h"
#include "secrets/messages.h"
#include "secrets/secret_identifier.h"
#include "services/secretsmanager/replication.h"
#include "services/secretsmanager/rotation_state.h"

#include <utility>

namespace coffer::services::secretsmanager {
namespace {

Result<std::optional<std::int64_t>> WindowOf(const DeleteSecretRequest& request) {
  return secrets::DeletionWindow(request.recovery_window_in_days,
                                 request.force_delete_without_recovery.value_or(false));
}

// What AWS answers when there is nothing to delete by force: an ARN as it might have been.
Result<DeleteSecretResponse> AnswerMissing(const Context& context, const std::string& secret_id) {
  ASSIGN_OR_RETURN(const secrets::SecretIdentifier identifier,
                   secrets::ParseSecretIdentifier(secret_id));
  const secrets::SecretAddress address{identifier.account.value_or(std::string(context.account)),
                                       identifier.region.value_or(std::string(context.region)),
                                       identifier.name};
  const std::string suffix =
      identifier.suffix.value_or(secrets::DrawArnSuffix(context.service.random));
  return DeleteSecretResponse{secrets::SecretArn(address, suffix), secret_id, context.now};
}

}  // namespace

Result<void> DeleteSecretRequest::Check() const {
  RETURN_IF_ERROR(WindowOf(*this));
  return {};
}

Result<DeleteSecretResponse> DeleteSecret(Context& context,
                                          const std::optional<AuthorizedSecret>& secret,
                                          const DeleteSecretRequest& request) {
  ASSIGN_OR_RETURN(const std::optional<std::int64_t> window, WindowOf(request));
  if (!secret) {
    if (window) return std::unexpected(secrets::SecretNotFound());
    return AnswerMissing(context, request.secret_id);
  }

  const secrets::Secret& found = **secret;
  if (const auto replication = LookupOf(ReplicationScopeOf(context)).Replicas(found)) {
    return std::unexpected(secrets::StillReplicated(secrets::ArnOf(found), replication->regions()));
  }
  DeleteSecretResponse response{secrets::ArnOf(found), found.address.name, context.now};
  if (!window) {
    context.service.secrets.Remove(context.transaction, found);
    AnnounceRotation(ScopeOf(context));
    return response;
  }
  if (found.deleted) return std::unexpected(secrets::AlreadyScheduledForDeletion());
  SwitchRotationOff(context, found);
  secrets::Secret scheduled = secrets::Scheduled(found, context.now, *window);
  context.service.secrets.Update(context.transaction, scheduled);
  response.deletion_date = scheduled.purge_at.value_or(context.now);
  return response;
}

}  // namespace coffer::services::secretsmanager
