#include "services/kms/policies.h"

#include "policy/pinning.h"
#include "services/kms/create_key.h"
#include "services/kms/key_identifier.h"
#include "services/kms/key_policy.h"

namespace coffer::services::kms {
namespace {

Result<AuthorizedKey> AuthorizePolicy(Context& context, std::string_view operation,
                                      const std::string& key_id,
                                      const std::optional<std::string>& policy_name) {
  RETURN_IF_ERROR(RefuseAlias(key_id));
  ASSIGN_OR_RETURN(AuthorizedKey key, context.authorizer.Authorize(operation, key_id));
  if (policy_name && *policy_name != kPolicyName) {
    return Fail(ErrorCode::kNotFound, "No such policy exists");
  }
  return key;
}

}  // namespace

Result<GetKeyPolicyReply> GetKeyPolicy(Context& context, const GetKeyPolicyRequest& request) {
  ASSIGN_OR_RETURN(const AuthorizedKey key,
                   AuthorizePolicy(context, "GetKeyPolicy", request.key_id, request.policy_name));
  return GetKeyPolicyReply{
      .policy = policy::ShowPrincipals(PolicyOf(key.row(), key.settings()), context.principals)};
}

Result<base::NoOutput> PutKeyPolicy(Context& context, const PutKeyPolicyRequest& request) {
  ASSIGN_OR_RETURN(const AuthorizedKey key,
                   AuthorizePolicy(context, "PutKeyPolicy", request.key_id, request.policy_name));
  store::KeySettings settings = key.settings();
  ASSIGN_OR_RETURN(settings.policy,
                   AcceptPolicy(context, key.row(), request.policy,
                                request.bypass_policy_lockout_safety_check.value_or(false)));
  context.service.keyring.key_settings().Put(context.transaction, key.row().id, settings);
  return base::NoOutput{};
}

Result<ListKeyPoliciesReply> ListKeyPolicies(Context& context,
                                             const ListKeyPoliciesRequest& request) {
  RETURN_IF_ERROR(AuthorizePolicy(context, "ListKeyPolicies", request.key_id, std::nullopt));
  return ListKeyPoliciesReply{};
}

}  // namespace coffer::services::kms
