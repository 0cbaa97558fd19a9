#include "services/sts/session_limits.h"

#include "identity/aws_policies.h"
#include "identity/names.h"
#include "services/iam/policy_documents.h"

#include <set>

namespace coffer::services::sts {
namespace {

using Keys = std::set<std::string>;  // As NameKey has them: letter case does not matter.

Result<Keys> CheckTagKeys(const Tags& tags) {
  Keys keys;
  for (const Tag& tag : tags.value_or(std::vector<Tag>())) {
    if (!keys.insert(identity::NameKey(tag.key)).second) {
      return Fail(ErrorCode::kInvalidParameterValue,
                  "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }
  }
  return keys;
}

}  // namespace

Result<void> AddTags(const Tags& tags, const TagKeys& transitive_keys, identity::Session& session) {
  ASSIGN_OR_RETURN(const Keys keys, CheckTagKeys(tags));
  const Keys inherited(session.transitive_tag_keys.begin(), session.transitive_tag_keys.end());
  for (const std::string& key : transitive_keys.value_or(std::vector<std::string>())) {
    const std::string name = identity::NameKey(key);
    if (inherited.contains(name)) {
      return Fail(ErrorCode::kInvalidParameterValue,
                  "One of the specified transitive tag keys can't be set because it conflicts with "
                  "a transitive tag key from the calling session.");
    }
    if (!keys.contains(name)) {
      return Fail(ErrorCode::kInvalidParameterValue,
                  "The specified transitive tag key must be included in the requested tags.");
    }
    session.transitive_tag_keys.push_back(name);
  }
  for (const Tag& tag : tags.value_or(std::vector<Tag>())) {
    if (inherited.contains(identity::NameKey(tag.key))) {
      return Fail(ErrorCode::kInvalidParameterValue,
                  "One of the specified tag keys can't be set because it conflicts with a "
                  "transitive tag key from the calling session.");
    }
    session.tags.push_back({.key = tag.key, .value = tag.value});
  }
  return {};
}

Result<void> AddPolicies(Context& context, const std::optional<std::string>& document,
                         const PolicyDescriptors& policies, identity::Session& session) {
  if (document) {
    RETURN_IF_ERROR(iam::CheckIdentityPolicy(*document));
    session.policies.push_back(*document);
  }
  for (const PolicyDescriptor& policy : policies.value_or(std::vector<PolicyDescriptor>())) {
    const bool is_there =
        identity::FindAwsPolicy(policy.arn) ||
        context.service.identities.FindPolicy(context.transaction, session.account, policy.arn);
    if (!is_there) return Fail(ErrorCode::kValidation, "ARN " + policy.arn + " is not valid.");
    session.policy_arns.push_back(policy.arn);
  }
  return {};
}

}  // namespace coffer::services::sts
