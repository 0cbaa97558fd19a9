#include "services/iam/account.h"

#include "services/iam/access_keys.h"
#include "services/iam/attachments.h"
#include "services/iam/group_members.h"
#include "services/iam/policy_versions.h"

namespace coffer::services::iam {
namespace {

template <class Entity>
std::int64_t CountOf(Context& context) {
  std::int64_t count = 0;
  context.service.identities.List<Entity>(context.transaction, context.account, "",
                                          [&](const store::Stored<Entity>& /*entity*/) {
                                            ++count;
                                            return true;
                                          });
  return count;
}

}  // namespace

Result<GetAccountSummaryReply> GetAccountSummary(Context& context,
                                                 const GetAccountSummaryRequest& /*request*/) {
  RETURN_IF_ERROR(context.authorizer.Require("GetAccountSummary", "*"));
  std::int64_t versions = 0;
  context.service.identities.List<identity::ManagedPolicy>(
      context.transaction, context.account, "", [&](const auto& policy) {
        versions += static_cast<std::int64_t>(policy.entity.versions.size());
        return true;
      });
  return GetAccountSummaryReply{
      {{"Users", CountOf<identity::User>(context)},
       {"Groups", CountOf<identity::Group>(context)},
       {"Roles", CountOf<identity::Role>(context)},
       {"Policies", CountOf<identity::ManagedPolicy>(context)},
       {"PolicyVersionsInUse", versions},
       {"AccessKeysPerUserQuota", std::int64_t{kMaxAccessKeys}},
       {"GroupsPerUserQuota", std::int64_t{kMaxGroupsOfUser}},
       {"AttachedPoliciesPerUserQuota", std::int64_t{kMaxAttachedPolicies}},
       {"AttachedPoliciesPerGroupQuota", std::int64_t{kMaxAttachedPolicies}},
       {"AttachedPoliciesPerRoleQuota", std::int64_t{kMaxAttachedPolicies}},
       {"VersionsPerPolicyQuota", std::int64_t{kMaxPolicyVersions}}}};
}

Result<ListAccountAliasesReply> ListAccountAliases(Context& context,
                                                   const ListAccountAliasesRequest& /*request*/) {
  RETURN_IF_ERROR(context.authorizer.Require("ListAccountAliases", "*"));
  return ListAccountAliasesReply{};
}

}  // namespace coffer::services::iam
