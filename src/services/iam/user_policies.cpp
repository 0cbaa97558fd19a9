#include "services/iam/user_policies.h"

#include "services/iam/policy_documents.h"
#include "services/iam/users.h"

#include <algorithm>

namespace coffer::services::iam {
namespace {

using identity::InlinePolicy;
using identity::User;
using store::Stored;

constexpr std::size_t kMaxInlineCharacters = 2048;  // Of all of a user, blanks not counted.

ApiError PolicyNotFound(std::string_view name) {
  return {ErrorCode::kNoSuchEntity,
          "The user policy with name " + std::string(name) + " cannot be found."};
}

}  // namespace

Result<base::NoOutput> PutUserPolicy(Context& context, const PutUserPolicyRequest& request) {
  ASSIGN_OR_RETURN(Stored<User> user, AuthorizedUser(context, "PutUserPolicy", request.user_name));
  RETURN_IF_ERROR(CheckIdentityPolicy(request.policy_document));
  std::vector<InlinePolicy>& policies = user.entity.policies.inline_policies;
  std::erase_if(policies,
                [&](const InlinePolicy& policy) { return policy.name == request.policy_name; });
  policies.push_back({.name = request.policy_name, .document = request.policy_document});
  std::ranges::sort(policies, {}, &InlinePolicy::name);
  RETURN_IF_ERROR(CheckInlineQuota(policies, kMaxInlineCharacters, "user", user.entity.name));
  context.service.identities.Update(context.transaction, user);
  return base::NoOutput{};
}

Result<GetUserPolicyReply> GetUserPolicy(Context& context, const UserPolicyRequest& request) {
  ASSIGN_OR_RETURN(const Stored<User> user,
                   AuthorizedUser(context, "GetUserPolicy", request.user_name));
  const auto& policies = user.entity.policies.inline_policies;
  const auto found = std::ranges::find(policies, request.policy_name, &InlinePolicy::name);
  if (found == policies.end()) return std::unexpected(PolicyNotFound(request.policy_name));
  return GetUserPolicyReply{.user_name = user.entity.name,
                            .policy_name = found->name,
                            .policy_document = {found->document}};
}

Result<base::NoOutput> DeleteUserPolicy(Context& context, const UserPolicyRequest& request) {
  ASSIGN_OR_RETURN(Stored<User> user,
                   AuthorizedUser(context, "DeleteUserPolicy", request.user_name));
  const auto removed =
      std::erase_if(user.entity.policies.inline_policies,
                    [&](const InlinePolicy& policy) { return policy.name == request.policy_name; });
  if (removed == 0) return std::unexpected(PolicyNotFound(request.policy_name));
  context.service.identities.Update(context.transaction, user);
  return base::NoOutput{};
}

Result<ListUserPoliciesReply> ListUserPolicies(Context& context,
                                               const ListUserPoliciesRequest& request) {
  ASSIGN_OR_RETURN(const Stored<User> user,
                   AuthorizedUser(context, "ListUserPolicies", request.user_name));
  const Page page{.marker = request.marker, .max_items = request.max_items};
  ListUserPoliciesReply reply;
  for (const InlinePolicy& policy : user.entity.policies.inline_policies) {
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
