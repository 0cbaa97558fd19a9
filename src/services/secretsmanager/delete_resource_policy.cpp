#include "services/secretsmanager/delete_resource_policy.h"

#include "secrets/messages.h"

namespace coffer::services::secretsmanager {

Result<SecretName> DeleteResourcePolicy(Context& context, const AuthorizedSecret& secret,
                                        const DeleteResourcePolicyRequest& /*request*/) {
  if (secret->deleted) return std::unexpected(secrets::MarkedForDeletion());
  secrets::Secret changed = *secret;
  changed.resource_policy.reset();
  changed.last_changed = context.now;
  context.service.secrets.Update(context.transaction, changed);
  return NameOf(*secret);
}

}  // namespace coffer::services::secretsmanager
