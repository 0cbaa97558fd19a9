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
  const std::optional<std::string>& stored = secret->resource_policy;
  if (stored) response.resource_policy = policy::ShowPrincipals(*stored, context.principals);
  return response;
}

}  // namespace coffer::services::secretsmanager
