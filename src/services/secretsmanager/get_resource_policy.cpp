#include "services/secretsmanager/get_resource_policy.h"

#include "secrets/messages.h"
#include "secrets/secret_identifier.h"

namespace coffer::services::secretsmanager {

Result<GetResourcePolicyResponse> GetResourcePolicy(Context& /*context*/,
                                                    const AuthorizedSecret& secret,
                                                    const GetResourcePolicyRequest& /*request*/) {
  if (secret->deleted) return std::unexpected(secrets::MarkedForDeletion());
  return GetResourcePolicyResponse{secrets::ArnOf(*secret), secret->address.name,
                                   secret->resource_policy};
}

}  // namespace coffer::services::secretsmanager
