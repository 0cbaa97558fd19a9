#include "services/secretsmanager/restore_secret.h"

#include "secrets/deletion.h"

namespace coffer::services::secretsmanager {

Result<SecretName> RestoreSecret(Context& context, const AuthorizedSecret& secret,
                                 const RestoreSecretRequest& /*request*/) {
  if (secret->deleted) {
    secrets::Secret restored = secrets::Restored(*secret, context.now);
    context.service.secrets.Update(context.transaction, restored);
  }
  return NameOf(*secret);
}

}  // namespace coffer::services::secretsmanager
