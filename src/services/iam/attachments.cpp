#include "services/iam/attachments.h"

#include "services/iam/policy_lookup.h"

#include <algorithm>

namespace coffer::services::iam {
namespace {

using store::Stored;

}  // namespace

template <class Holder>
Result<base::NoOutput> AttachPolicy(Context& context, const AttachmentRequest<Holder>& request) {
  ASSIGN_OR_RETURN(
      Stored<Holder> holder,
      Authorized<Holder>(context, OperationOf<Holder>("Attach", "Policy"), request.holder_name));
  RETURN_IF_ERROR(CheckAttachable(context, request.policy_arn));
  std::vector<std::string>& attached = holder.entity.policies.attached_policies;
  if (std::ranges::find(attached, request.policy_arn) != attached.end()) return base::NoOutput{};
  if (attached.size() >= kMaxAttachedPolicies) {
    return Fail(ErrorCode::kLimitExceeded, "Cannot exceed quota for PoliciesPer" +
                                               std::string(Spelling<Holder>::kWord) + ": " +
                                               std::to_string(kMaxAttachedPolicies));
  }
  attached.push_back(request.policy_arn);
  context.service.identities.Update(context.transaction, holder);
  return base::NoOutput{};
}

template <class Holder>
Result<base::NoOutput> DetachPolicy(Context& context, const AttachmentRequest<Holder>& request) {
  ASSIGN_OR_RETURN(
      Stored<Holder> holder,
      Authorized<Holder>(context, OperationOf<Holder>("Detach", "Policy"), request.holder_name));
  if (std::erase(holder.entity.policies.attached_policies, request.policy_arn) == 0) {
    return Fail(ErrorCode::kNoSuchEntity, "Policy " + request.policy_arn + " was not found.");
  }
  context.service.identities.Update(context.transaction, holder);
  return base::NoOutput{};
}

template <class Holder>
Result<ListAttachedPoliciesReply> ListAttachedPolicies(
    Context& context, const ListAttachedPoliciesRequest<Holder>& request) {
  ASSIGN_OR_RETURN(const Stored<Holder> holder,
                   Authorized<Holder>(context, OperationOf<Holder>("ListAttached", "Policies"),
                                      request.holder_name));
  std::vector<std::string> attached = holder.entity.policies.attached_policies;
  std::ranges::sort(attached, {}, &PolicyKeyOf);
  const std::string prefix = request.path_prefix.value_or("/");
  ListAttachedPoliciesReply reply;
  Pager pager(request, reply);
  for (const std::string& arn : attached) {
    const auto parsed = identity::ParseEntityArn(arn);
    if (!parsed || !parsed->path.starts_with(prefix) || !pager.Wants(PolicyKeyOf(arn))) continue;
    reply.items.push_back({.policy_name = parsed->name, .policy_arn = arn});
  }
  return reply;
}

template Result<base::NoOutput> AttachPolicy(Context&, const AttachmentRequest<identity::User>&);
template Result<base::NoOutput> AttachPolicy(Context&, const AttachmentRequest<identity::Group>&);
template Result<base::NoOutput> AttachPolicy(Context&, const AttachmentRequest<identity::Role>&);
template Result<base::NoOutput> DetachPolicy(Context&, const AttachmentRequest<identity::User>&);
template Result<base::NoOutput> DetachPolicy(Context&, const AttachmentRequest<identity::Group>&);
template Result<base::NoOutput> DetachPolicy(Context&, const AttachmentRequest<identity::Role>&);
template Result<ListAttachedPoliciesReply> ListAttachedPolicies(
    Context&, const ListAttachedPoliciesRequest<identity::User>&);
template Result<ListAttachedPoliciesReply> ListAttachedPolicies(
    Context&, const ListAttachedPoliciesRequest<identity::Group>&);
template Result<ListAttachedPoliciesReply> ListAttachedPolicies(
    Context&, const ListAttachedPoliciesRequest<identity::Role>&);

}  // namespace coffer::services::iam
