#include "services/iam/inline_policies.h"

#include "services/iam/policy_documents.h"
#include "services/iam/quotas.h"

#include <algorithm>

namespace coffer::services::iam {
namespace {

using identity::InlinePolicy;
using store::Stored;

template <class Holder>
ApiError PolicyNotFound(std::string_view name) {
  return {ErrorCode::kNoSuchEntity, "The " + std::string(Holder::kKind) + " policy with name " +
                                        std::string(name) + " cannot be found."};
}

}  // namespace

template <class Holder>
Result<base::NoOutput> PutPolicy(Context& context, const PutPolicyRequest<Holder>& request) {
  ASSIGN_OR_RETURN(
      Stored<Holder> holder,
      Authorized<Holder>(context, OperationOf<Holder>("Put", "Policy"), request.holder_name));
  RETURN_IF_ERROR(CheckIdentityPolicy(request.policy_document));
  std::vector<InlinePolicy>& policies = holder.entity.policies.inline_policies;
  std::erase_if(policies,
                [&](const InlinePolicy& policy) { return policy.name == request.policy_name; });
  policies.push_back({.name = request.policy_name, .document = request.policy_document});
  std::ranges::sort(policies, {}, &InlinePolicy::name);
  RETURN_IF_ERROR(
      CheckInlineQuota(policies, kMaxInlineCharacters<Holder>, Holder::kKind, holder.entity.name));
  context.service.identities.Update(context.transaction, holder);
  return base::NoOutput{};
}

template <class Holder>
Result<InlinePolicyReply<Holder>> GetInlinePolicy(Context& context,
                                                  const InlinePolicyRequest<Holder>& request) {
  ASSIGN_OR_RETURN(
      const Stored<Holder> holder,
      Authorized<Holder>(context, OperationOf<Holder>("Get", "Policy"), request.holder_name));
  const auto& policies = holder.entity.policies.inline_policies;
  const auto found = std::ranges::find(policies, request.policy_name, &InlinePolicy::name);
  if (found == policies.end()) return std::unexpected(PolicyNotFound<Holder>(request.policy_name));
  return InlinePolicyReply<Holder>{.holder_name = holder.entity.name,
                                   .policy_name = found->name,
                                   .policy_document = {found->document}};
}

template <class Holder>
Result<base::NoOutput> DeleteInlinePolicy(Context& context,
                                          const InlinePolicyRequest<Holder>& request) {
  ASSIGN_OR_RETURN(
      Stored<Holder> holder,
      Authorized<Holder>(context, OperationOf<Holder>("Delete", "Policy"), request.holder_name));
  const auto removed =
      std::erase_if(holder.entity.policies.inline_policies,
                    [&](const InlinePolicy& policy) { return policy.name == request.policy_name; });
  if (removed == 0) return std::unexpected(PolicyNotFound<Holder>(request.policy_name));
  context.service.identities.Update(context.transaction, holder);
  return base::NoOutput{};
}

template <class Holder>
Result<ListInlinePoliciesReply> ListInlinePolicies(
    Context& context, const ListInlinePoliciesRequest<Holder>& request) {
  ASSIGN_OR_RETURN(
      const Stored<Holder> holder,
      Authorized<Holder>(context, OperationOf<Holder>("List", "Policies"), request.holder_name));
  ListInlinePoliciesReply reply;
  Pager pager(request, reply);
  for (const InlinePolicy& policy : holder.entity.policies.inline_policies) {
    if (pager.Wants(policy.name)) reply.items.push_back(policy.name);
  }
  return reply;
}

template Result<base::NoOutput> PutPolicy(Context&, const PutPolicyRequest<identity::User>&);
template Result<base::NoOutput> PutPolicy(Context&, const PutPolicyRequest<identity::Group>&);
template Result<base::NoOutput> PutPolicy(Context&, const PutPolicyRequest<identity::Role>&);
template Result<InlinePolicyReply<identity::User>> GetInlinePolicy(
    Context&, const InlinePolicyRequest<identity::User>&);
template Result<InlinePolicyReply<identity::Group>> GetInlinePolicy(
    Context&, const InlinePolicyRequest<identity::Group>&);
template Result<InlinePolicyReply<identity::Role>> GetInlinePolicy(
    Context&, const InlinePolicyRequest<identity::Role>&);
template Result<base::NoOutput> DeleteInlinePolicy(Context&,
                                                   const InlinePolicyRequest<identity::User>&);
template Result<base::NoOutput> DeleteInlinePolicy(Context&,
                                                   const InlinePolicyRequest<identity::Group>&);
template Result<base::NoOutput> DeleteInlinePolicy(Context&,
                                                   const InlinePolicyRequest<identity::Role>&);
template Result<ListInlinePoliciesReply> ListInlinePolicies(
    Context&, const ListInlinePoliciesRequest<identity::User>&);
template Result<ListInlinePoliciesReply> ListInlinePolicies(
    Context&, const ListInlinePoliciesRequest<identity::Group>&);
template Result<ListInlinePoliciesReply> ListInlinePolicies(
    Context&, const ListInlinePoliciesRequest<identity::Role>&);

}  // namespace coffer::services::iam
