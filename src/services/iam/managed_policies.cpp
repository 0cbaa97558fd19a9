#include "services/iam/managed_policies.h"

#include "identity/aws_policies.h"
#include "services/iam/lookup.h"
#include "services/iam/policy_documents.h"
#include "services/iam/policy_lookup.h"
#include "services/iam/policy_versions.h"
#include "services/iam/quotas.h"

#include <algorithm>
#include <utility>

namespace coffer::services::iam {
namespace {

using identity::ManagedPolicy;
using store::Stored;

PolicyShape ShapeOf(const Stored<ManagedPolicy>& stored, const PolicyUse& use) {
  const ManagedPolicy& policy = stored.entity;
  return {.policy_name = policy.name,
          .policy_id = policy.id,
          .arn = ArnOf(stored),
          .path = policy.path,
          .default_version_id = VersionIdOf(policy.default_version),
          .attachment_count = use.attachments,
          .boundary_usage_count = use.boundaries,
          .description = policy.description,
          .create_date = policy.created,
          .update_date = policy.updated,
          .tags = ToWire(policy.tags)};
}

bool IsAsked(const ListPoliciesRequest& request, const PolicyShape& policy) {
  if (!policy.path.starts_with(request.path_prefix.value_or("/"))) return false;
  const bool is_boundary = policy.boundary_usage_count != 0;
  const bool is_attached = policy.attachment_count != 0;
  if (request.usage_filter == kPolicyUsages[0] && !is_attached) return false;
  if (request.usage_filter == kPolicyUsages[1] && !is_boundary) return false;
  return is_attached || is_boundary || !request.only_attached.value_or(false);
}

// What a scope holds, in the order of PolicyKeyOf.
std::vector<Stored<ManagedPolicy>> PoliciesOf(Context& context, std::string_view scope) {
  std::vector<Stored<ManagedPolicy>> policies;
  if (scope != "Local") {
    for (const identity::AwsPolicy& policy : identity::AwsPolicies()) {
      if (auto found = FindPolicy(context, policy.arn)) policies.push_back(*std::move(found));
    }
    std::ranges::sort(policies, {}, [](const Stored<ManagedPolicy>& policy) {
      return identity::NameKey(policy.entity.name);
    });
  }
  if (scope == "AWS") return policies;
  context.service.identities.List<ManagedPolicy>(context.transaction, context.account, "",
                                                 [&](const Stored<ManagedPolicy>& policy) {
                                                   policies.push_back(policy);
                                                   return true;
                                                 });
  return policies;
}

}  // namespace

Result<PolicyReply> CreatePolicy(Context& context, const CreatePolicyRequest& request) {
  RETURN_IF_ERROR(CheckPath(request.path));
  const std::string path = request.path.value_or("/");
  const std::string arn =
      identity::ArnOf(context.account, ManagedPolicy::kKind, path, request.policy_name);
  RETURN_IF_ERROR(context.authorizer.Require("CreatePolicy", arn));
  if (request.tags && !request.tags->empty()) {
    RETURN_IF_ERROR(context.authorizer.Require("TagPolicy", arn));
  }
  RETURN_IF_ERROR(CheckManagedPolicy(request.policy_document));
  store::IdentityStore& identities = context.service.identities;
  if (identities.Find<ManagedPolicy>(context.transaction, context.account, request.policy_name)) {
    return Fail(ErrorCode::kEntityAlreadyExists, "A policy called " + request.policy_name +
                                                     " already exists. Duplicate names are not "
                                                     "allowed.");
  }
  RETURN_IF_ERROR(CheckAccountQuota<ManagedPolicy>(context));
  ASSIGN_OR_RETURN(std::vector<identity::Tag> tags, ToRules(request.tags));
  Stored<ManagedPolicy> policy{
      .account = std::string(context.account),
      .entity = {.id = NewId(context, "ANPA"),
                 .name = request.policy_name,
                 .path = path,
                 .created = context.now,
                 .updated = context.now,
                 .description = request.description,
                 .versions = {{.document = request.policy_document, .created = context.now}},
                 .tags = std::move(tags)}};
  identities.Insert(context.transaction, policy);
  return PolicyReply{ShapeOf(policy, {})};
}

Result<PolicyReply> GetPolicy(Context& context, const PolicyRequest& request) {
  ASSIGN_OR_RETURN(const Stored<ManagedPolicy> policy,
                   AuthorizedPolicy(context, "GetPolicy", request.policy_arn));
  return PolicyReply{ShapeOf(policy, UseOf(context, request.policy_arn))};
}

Result<base::NoOutput> DeletePolicy(Context& context, const PolicyRequest& request) {
  ASSIGN_OR_RETURN(const Stored<ManagedPolicy> policy,
                   ChangeablePolicy(context, "DeletePolicy", request.policy_arn));
  // An entity whose policy were gone could not be decided about at all.
  const PolicyUse use = UseOf(context, request.policy_arn);
  if (use.attachments + use.boundaries != 0) {
    return Fail(ErrorCode::kDeleteConflict, "Cannot delete a policy attached to entities.");
  }
  if (policy.entity.versions.size() > 1) {
    return Fail(ErrorCode::kDeleteConflict,
                "This policy has more than one version. Before you delete a policy, you must "
                "delete the policy's versions. The default version is deleted with the policy.");
  }
  context.service.identities.Remove(context.transaction, policy.entity.id);
  return base::NoOutput{};
}

Result<ListPoliciesReply> ListPolicies(Context& context, const ListPoliciesRequest& request) {
  RETURN_IF_ERROR(context.authorizer.Require(
      "ListPolicies", identity::ArnOf(context.account, ManagedPolicy::kKind,
                                      request.path_prefix.value_or("/"), "")));
  const auto uses = CountPolicyUses(context);
  ListPoliciesReply reply;
  Pager pager(request, reply);
  for (const Stored<ManagedPolicy>& policy : PoliciesOf(context, request.scope.value_or("All"))) {
    const std::string arn = ArnOf(policy);
    const auto use = uses.find(arn);
    PolicyShape shape = ShapeOf(policy, use == uses.end() ? PolicyUse() : use->second);
    if (!IsAsked(request, shape) || !pager.Wants(PolicyKeyOf(arn))) continue;
    shape.description.reset();
    shape.tags.reset();
    reply.items.push_back(std::move(shape));
  }
  return reply;
}

}  // namespace coffer::services::iam
