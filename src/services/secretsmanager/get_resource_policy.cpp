#include "services/secretsmanager/get_resource_policy.h"

#include "policy/pinning.h"
#include "secrets/messages.h"
#include "secrets/secret_identifier.h"

namespace coffer::services::secretsmanager {

Result<GetResourcePolicyResponse> GetResourcePolicy(Context& context,
                                                    const AuthorizedSecret& secret,
                                                    const GetResourcePolicyRequest& /*request*/) {
  if (secret->deleted) return std::unexpected(secrets::MarkedForDeletion());
  GetResourcePolicyResponse response{secrets::ArnOf(*secret), secret->address.name, std::nullopt};
  if (secret->resource_policy) {
    response.resource_policy = policy::ShowPrincipals(*secret->resource_policy, context.principals);
  }
  return response;
}

}  // namespace coffer::services::secretsmanager
