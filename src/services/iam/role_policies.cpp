#include "services/iam/role_policies.h"

#include "services/iam/policy_documents.h"

#include <algorithm>

namespace coffer::services::iam {
namespace {

using identity::InlinePolicy;
using identity::Role;
using store::Stored;

constexpr std::size_t kMaxInlineCharacters = 10'240;  // Of all of a role, blanks not counted.

ApiError PolicyNotFound(std::string_view name) {
  return {ErrorCode::kNoSuchEntity,
          "The role policy with name " + std::string(name) + " cannot be found."};
}

}  // namespace

Result<base::NoOutput> PutRolePolicy(Context& context, const PutRolePolicyRequest& request) {
  ASSIGN_OR_RETURN(Stored<Role> role, AuthorizedRole(context, "PutRolePolicy", request.role_name));
  RETURN_IF_ERROR(CheckIdentityPolicy(request.policy_document));
  std::vector<InlinePolicy>& policies = role.entity.policies.inline_policies;
  std::erase_if(policies,
                [&](const InlinePolicy& policy) { return policy.name == request.policy_name; });
  policies.push_back({.name = request.policy_name, .document = request.policy_document});
  std::ranges::sort(policies, {}, &InlinePolicy::name);
  RETURN_IF_ERROR(CheckInlineQuota(policies, kMaxInlineCharacters, "role", role.entity.name));
  context.service.identities.Update(context.transaction, role);
  return base::NoOutput{};
}

Result<GetRolePolicyReply> GetRolePolicy(Context& context, const RolePolicyRequest& request) {
  ASSIGN_OR_RETURN(const Stored<Role> role,
                   AuthorizedRole(context, "GetRolePolicy", request.role_name));
  const auto& policies = role.entity.policies.inline_policies;
  const auto found = std::ranges::find(policies, request.policy_name, &InlinePolicy::name);
  if (found == policies.end()) return std::unexpected(PolicyNotFound(request.policy_name));
  return GetRolePolicyReply{.role_name = role.entity.name,
                            .policy_name = found->name,
                            .policy_document = {found->document}};
}

Result<base::NoOutput> DeleteRolePolicy(Context& context, const RolePolicyRequest& request) {
  ASSIGN_OR_RETURN(Stored<Role> role,
                   AuthorizedRole(context, "DeleteRolePolicy", request.role_name));
  const auto removed =
      std::erase_if(role.entity.policies.inline_policies,
                    [&](const InlinePolicy& policy) { return policy.name == request.policy_name; });
  if (removed == 0) return std::unexpected(PolicyNotFound(request.policy_name));
  context.service.identities.Update(context.transaction, role);
  return base::NoOutput{};
}

Result<ListRolePoliciesReply> ListRolePolicies(Context& context,
                                               const ListRolePoliciesRequest& request) {
  ASSIGN_OR_RETURN(const Stored<Role> role,
                   AuthorizedRole(context, "ListRolePolicies", request.role_name));
  const Page page{.marker = request.marker, .max_items = request.max_items};
  ListRolePoliciesReply reply;
  for (const InlinePolicy& policy : role.entity.policies.inline_policies) {
    if (policy.name <= page.after()) continue;
    reply.is_truncated = reply.policy_names.size() == page.size();
    if (reply.is_truncated) {
      reply.marker = reply.policy_names.back();
      break;
    }
    reply.policy_names.push_back(policy.name);
  }
  return reply;
}

}  // namespace coffer::services::iam
