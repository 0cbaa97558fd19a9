#include "services/secretsmanager/cancel_rotate_secret.h"

#include "secrets/messages.h"
#include "services/secretsmanager/rotation_state.h"

namespace coffer::services::secretsmanager {

Result<CancelRotateSecretResponse> CancelRotateSecret(
    Context& context, const AuthorizedSecret& secret,
    const CancelRotateSecretRequest& /*request*/) {
  if (secret->deleted) return std::unexpected(secrets::MarkedForDeletion());
  if (!context.service.rotations.Find(context.transaction, secret->id)) {
    return std::unexpected(secrets::NoRotationFunction());
  }
  CancelRotateSecretResponse response{secret.arn(), secret->address.name, std::nullopt};
  if (secrets::IsRotationIncomplete(secret->labels)) {
    response.version_id = secret->labels.Holder(secrets::kPending);
  }
  SwitchRotationOff(context, *secret);
  return response;
}

}  // namespace coffer::services::secretsmanager
