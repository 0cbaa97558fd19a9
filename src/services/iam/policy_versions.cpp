#include "services/iam/policy_versions.h"

#include "base/ascii.h"
#include "services/iam/policy_documents.h"
#include "services/iam/policy_lookup.h"

#include <algorithm>
#include <ranges>

namespace coffer::services::iam {
namespace {

using identity::ManagedPolicy;
using identity::PolicyVersion;
using store::Stored;

PolicyVersionShape ShapeOf(const ManagedPolicy& policy, const PolicyVersion& version) {
  return {.document = {},
          .version_id = VersionIdOf(version.number),
          .is_default = version.number == policy.default_version,
          .create_date = version.created};
}

Result<PolicyVersion> VersionOf(const ManagedPolicy& policy, const PolicyVersionRequest& request) {
  const auto found =
      std::ranges::find(policy.versions, request.version_id,
                        [](const PolicyVersion& version) { return VersionIdOf(version.number); });
  if (found != policy.versions.end()) return *found;
  return Fail(ErrorCode::kNoSuchEntity, "Policy " + request.policy_arn + " version " +
                                            request.version_id +
                                            " does not exist or is not attachable.");
}

// Markers are sorted as text, and the newest version comes first.
std::string KeyOf(const PolicyVersion& version) {
  constexpr std::int64_t kLast = 9'999'999'999;
  return std::to_string(kLast - version.number);
}

}  // namespace

std::string VersionIdOf(std::int64_t number) { return "v" + std::to_string(number); }

bool IsVersionId(std::string_view text) {
  if (text.size() < 2 || text[0] != 'v' || !base::IsDigit(text[1]) || text[1] == '0') return false;
  const std::size_t dot = std::min(text.find('.'), text.size());
  const auto is_suffix = [](char c) { return base::IsAlphanumeric(c) || c == '-'; };
  return std::ranges::all_of(text.substr(1, dot - 1), base::IsDigit) &&
         std::ranges::all_of(text.substr(std::min(dot + 1, text.size())), is_suffix);
}

Result<PolicyVersionReply> CreatePolicyVersion(Context& context,
                                               const CreatePolicyVersionRequest& request) {
  ASSIGN_OR_RETURN(Stored<ManagedPolicy> stored,
                   ChangeablePolicy(context, "CreatePolicyVersion", request.policy_arn));
  RETURN_IF_ERROR(CheckManagedPolicy(request.policy_document));
  ManagedPolicy& policy = stored.entity;
  if (policy.versions.size() >= kMaxPolicyVersions) {
    return Fail(ErrorCode::kLimitExceeded,
                "A managed policy can have up to 5 versions. Before you create a new version, you "
                "must delete an existing version.");
  }
  policy.versions.push_back({.number = ++policy.last_version,
                             .document = request.policy_document,
                             .created = context.now});
  if (request.set_as_default.value_or(false)) policy.default_version = policy.last_version;
  policy.updated = context.now;
  context.service.identities.Update(context.transaction, stored);
  return PolicyVersionReply{ShapeOf(policy, policy.versions.back())};
}

Result<PolicyVersionReply> GetPolicyVersion(Context& context, const PolicyVersionRequest& request) {
  ASSIGN_OR_RETURN(const Stored<ManagedPolicy> stored,
                   AuthorizedPolicy(context, "GetPolicyVersion", request.policy_arn));
  ASSIGN_OR_RETURN(const PolicyVersion version, VersionOf(stored.entity, request));
  PolicyVersionReply reply{ShapeOf(stored.entity, version)};
  reply.version.document = {version.document};
  return reply;
}

Result<base::NoOutput> SetDefaultPolicyVersion(Context& context,
                                               const PolicyVersionRequest& request) {
  ASSIGN_OR_RETURN(Stored<ManagedPolicy> stored,
                   ChangeablePolicy(context, "SetDefaultPolicyVersion", request.policy_arn));
  ASSIGN_OR_RETURN(const PolicyVersion version, VersionOf(stored.entity, request));
  stored.entity.default_version = version.number;
  stored.entity.updated = context.now;
  context.service.identities.Update(context.transaction, stored);
  return base::NoOutput{};
}

Result<base::NoOutput> DeletePolicyVersion(Context& context, const PolicyVersionRequest& request) {
  ASSIGN_OR_RETURN(Stored<ManagedPolicy> stored,
                   ChangeablePolicy(context, "DeletePolicyVersion", request.policy_arn));
  ASSIGN_OR_RETURN(const PolicyVersion version, VersionOf(stored.entity, request));
  if (version.number == stored.entity.default_version) {
    return Fail(ErrorCode::kDeleteConflict, "Cannot delete the default version of a policy.");
  }
  std::erase(stored.entity.versions, version);
  stored.entity.updated = context.now;
  context.service.identities.Update(context.transaction, stored);
  return base::NoOutput{};
}

Result<ListPolicyVersionsReply> ListPolicyVersions(Context& context,
                                                   const ListPolicyVersionsRequest& request) {
  ASSIGN_OR_RETURN(const Stored<ManagedPolicy> stored,
                   AuthorizedPolicy(context, "ListPolicyVersions", request.policy_arn));
  ListPolicyVersionsReply reply;
  Pager pager(request, reply);
  for (const PolicyVersion& version : std::views::reverse(stored.entity.versions)) {
    if (pager.Wants(KeyOf(version))) reply.items.push_back(ShapeOf(stored.entity, version));
  }
  return reply;
}

}  // namespace coffer::services::iam
