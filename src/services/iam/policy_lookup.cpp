#include "services/iam/policy_lookup.h"

#include "identity/aws_policies.h"
#include "identity/names.h"
#include "services/iam/lookup.h"

#include <algorithm>
#include <utility>

namespace coffer::services::iam {
namespace {

using identity::ManagedPolicy;
using store::Stored;

std::optional<identity::EntityArn> ParsePolicyArn(std::string_view arn) {
  auto parsed = identity::ParseEntityArn(arn);
  if (!parsed || parsed->kind != ManagedPolicy::kKind) return std::nullopt;
  return parsed;
}

ApiError InvalidArn(const std::string& arn) {
  return {ErrorCode::kInvalidInput, "ARN " + arn + " is not valid."};
}

std::optional<Stored<ManagedPolicy>> FindAws(const identity::EntityArn& parsed,
                                             std::string_view arn) {
  const auto policies = identity::AwsPolicies();
  const auto found = std::ranges::find(policies, arn, &identity::AwsPolicy::arn);
  if (found == policies.end()) return std::nullopt;
  const Timestamp created = identity::kAwsPoliciesCreated;
  return Stored<ManagedPolicy>{
      .account = std::string(kAwsAccount),
      .entity = {.id = std::string(found->id),
                 .name = parsed.name,
                 .path = parsed.path,
                 .created = created,
                 .updated = created,
                 .description = std::string(found->description),
                 .versions = {{.document = std::string(found->document), .created = created}}}};
}

// The ARN's last part; all of it when it has none.
std::string PolicyNameOf(std::string_view arn) {
  return std::string(arn.substr(arn.rfind('/') + 1));
}

}  // namespace

std::optional<Stored<ManagedPolicy>> FindPolicy(Context& context, std::string_view arn) {
  const auto parsed = ParsePolicyArn(arn);
  if (!parsed) return std::nullopt;
  if (parsed->account == kAwsAccount) return FindAws(*parsed, arn);
  return context.service.identities.FindPolicy(context.transaction, context.account, arn);
}

Result<Stored<ManagedPolicy>> AuthorizedPolicy(Context& context, std::string_view operation,
                                               const std::string& arn) {
  if (!ParsePolicyArn(arn)) return std::unexpected(InvalidArn(arn));
  auto found = FindPolicy(context, arn);
  RETURN_IF_ERROR(
      context.authorizer.RequireFor(operation, found ? TargetOf(*found, arn) : Target{.arn = arn}));
  if (!found) return Fail(ErrorCode::kNoSuchEntity, "Policy " + arn + " was not found.");
  return *std::move(found);
}

Result<Stored<ManagedPolicy>> ChangeablePolicy(Context& context, std::string_view operation,
                                               const std::string& arn) {
  ASSIGN_OR_RETURN(Stored<ManagedPolicy> policy, AuthorizedPolicy(context, operation, arn));
  if (policy.account == kAwsAccount) {
    return Fail(ErrorCode::kAccessDenied, "User: " + std::string(context.caller_arn) +
                                              " is not authorized to perform: iam:" +
                                              std::string(operation) + " on resource: " + arn);
  }
  return policy;
}

Result<void> CheckAttachable(Context& context, const std::string& arn) {
  if (!ParsePolicyArn(arn)) return std::unexpected(InvalidArn(arn));
  if (FindPolicy(context, arn)) return {};
  return Fail(ErrorCode::kNoSuchEntity, "Policy " + arn + " does not exist or is not attachable.");
}

std::string PolicyKeyOf(std::string_view arn) {
  const auto parsed = ParsePolicyArn(arn);
  const bool is_aws = parsed && parsed->account == kAwsAccount;
  return (is_aws ? "aws/" : "local/") + identity::NameKey(PolicyNameOf(arn));
}

std::map<std::string, PolicyUse, std::less<>> CountPolicyUses(Context& context) {
  std::map<std::string, PolicyUse, std::less<>> uses;
  const auto count = [&uses](const auto& stored) {
    for (const std::string& arn : stored.entity.policies.attached_policies) {
      ++uses[arn].attachments;
    }
    if constexpr (requires { stored.entity.boundary; }) {
      if (stored.entity.boundary) ++uses[*stored.entity.boundary].boundaries;
    }
    return true;
  };
  const store::IdentityStore& identities = context.service.identities;
  identities.List<identity::User>(context.transaction, context.account, "", count);
  identities.List<identity::Group>(context.transaction, context.account, "", count);
  identities.List<identity::Role>(context.transaction, context.account, "", count);
  return uses;
}

PolicyUse UseOf(Context& context, std::string_view arn) {
  const auto uses = CountPolicyUses(context);
  const auto found = uses.find(arn);
  return found == uses.end() ? PolicyUse() : found->second;
}

}  // namespace coffer::services::iam
