#include "services/iam/account.h"

#include "services/iam/access_keys.h"
#include "services/iam/attachments.h"
#include "services/iam/group_members.h"
#include "services/iam/policy_versions.h"
#include "services/iam/quotas.h"

#include <utility>

namespace coffer::services::iam {
namespace {

// AWS's number; the quotas of policies and of their versions end before it.
constexpr std::int64_t kMaxPolicyVersionsInUse = 10'000;

using Summary = std::map<std::string, std::int64_t>;

// How many there are, and how many there can be: `Users`, `UsersQuota`.
template <class Entity>
void AddCount(Context& context, Summary& summary) {
  constexpr AccountQuota kQuota = kAccountQuota<Entity>;
  const std::string name(kQuota.plural);
  summary[name] = context.service.identities.Count<Entity>(context.transaction, context.account);
  summary[name + "Quota"] = kQuota.most;
}

std::int64_t CountPolicyVersions(Context& context) {
  std::int64_t versions = 0;
  context.service.identities.List<identity::ManagedPolicy>(
      context.transaction, context.account, "", [&](const auto& policy) {
        versions += static_cast<std::int64_t>(policy.entity.versions.size());
        return true;
      });
  return versions;
}

// What is the same in every account. An account has a root user who signs with a key, and none of
// the things that are zero.
Summary FixedSummary() {
  return {{"AccessKeysPerUserQuota", std::int64_t{kMaxAccessKeys}},
          {"AccountAccessKeysPresent", 1},
          {"AccountMFAEnabled", 0},
          {"AccountPasswordPresent", 0},
          {"AccountSigningCertificatesPresent", 0},
          {"AssumeRolePolicySizeQuota", std::int64_t{kMaxTrustCharacters}},
          {"AttachedPoliciesPerGroupQuota", std::int64_t{kMaxAttachedPolicies}},
          {"AttachedPoliciesPerRoleQuota", std::int64_t{kMaxAttachedPolicies}},
          {"AttachedPoliciesPerUserQuota", std::int64_t{kMaxAttachedPolicies}},
          {"GroupPolicySizeQuota", std::int64_t{kMaxInlineCharacters<identity::Group>}},
          {"GroupsPerUserQuota", std::int64_t{kMaxGroupsOfUser}},
          {"InstanceProfiles", 0},
          {"MFADevices", 0},
          {"MFADevicesInUse", 0},
          {"PolicySizeQuota", std::int64_t{kMaxManagedCharacters}},
          {"PolicyVersionsInUseQuota", kMaxPolicyVersionsInUse},
          {"Providers", 0},
          {"RolePolicySizeQuota", std::int64_t{kMaxInlineCharacters<identity::Role>}},
          {"ServerCertificates", 0},
          {"UserPolicySizeQuota", std::int64_t{kMaxInlineCharacters<identity::User>}},
          {"VersionsPerPolicyQuota", std::int64_t{kMaxPolicyVersions}}};
}

}  // namespace

Result<GetAccountSummaryReply> GetAccountSummary(Context& context,
                                                 const GetAccountSummaryRequest& /*request*/) {
  RETURN_IF_ERROR(context.authorizer.Require("GetAccountSummary", "*"));
  Summary summary = FixedSummary();
  AddCount<identity::User>(context, summary);
  AddCount<identity::Group>(context, summary);
  AddCount<identity::Role>(context, summary);
  AddCount<identity::ManagedPolicy>(context, summary);
  summary["PolicyVersionsInUse"] = CountPolicyVersions(context);
  return GetAccountSummaryReply{std::move(summary)};
}

Result<ListAccountAliasesReply> ListAccountAliases(Context& context,
                                                   const ListAccountAliasesRequest& /*request*/) {
  RETURN_IF_ERROR(context.authorizer.Require("ListAccountAliases", "*"));
  return ListAccountAliasesReply{};
}

}  // namespace coffer::services::iam
