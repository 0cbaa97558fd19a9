#include "services/secretsmanager/put_resource_policy.h"

#include "policy/pretty_print.h"
#include "policy/public_access.h"
#include "policy/resource_policy.h"
#include "secrets/messages.h"
#include "secrets/secret_identifier.h"

namespace coffer::services::secretsmanager {

Result<SecretName> PutResourcePolicy(Context& context, const AuthorizedSecret& secret,
                                     const PutResourcePolicyRequest& request) {
  if (secret->deleted) return std::unexpected(secrets::MarkedForDeletion());
  RETURN_IF_ERROR(policy::CheckResourcePolicy(request.resource_policy));
  ASSIGN_OR_RETURN(const std::string pinned,
                   policy::PinResourcePolicy(request.resource_policy, context.principals));
  if (request.block_public_policy.value_or(false) &&
      policy::IsPublic(request.resource_policy, secrets::ArnOf(*secret))) {
    return Fail(ErrorCode::kPublicPolicy, std::string(policy::kBroadAccess));
  }
  secrets::Secret changed = *secret;
  changed.resource_policy = policy::PrettyPrint(pinned);
  changed.last_changed = context.now;
  context.service.secrets.Update(context.transaction, changed);
  return NameOf(*secret);
}

}  // namespace coffer::services::secretsmanager
