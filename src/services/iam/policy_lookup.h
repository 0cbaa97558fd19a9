#pragma once

#include "coffer/result.h"
#include "identity/entities.h"
#include "services/iam/context.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

/// Managed policies by their ARNs: those of the account, and those that AWS manages, which are
/// readable and attachable but cannot be changed.
namespace coffer::services::iam {

/// The account in the ARNs of policies that AWS manages.
inline constexpr std::string_view kAwsAccount = "aws";

/// Looks a policy up and decides whether the caller may do `operation` to it. InvalidInput for what
/// is no ARN of a policy; AccessDenied before existence is revealed; then NoSuchEntity.
[[nodiscard]] Result<store::Stored<identity::ManagedPolicy>> AuthorizedPolicy(
    Context& context, std::string_view operation, const std::string& arn);
/// The same for an operation that changes the policy: AccessDenied for one that AWS manages.
[[nodiscard]] Result<store::Stored<identity::ManagedPolicy>> ChangeablePolicy(
    Context& context, std::string_view operation, const std::string& arn);

/// Nullopt unless `arn` is, to the letter, the ARN of a policy that is there.
[[nodiscard]] std::optional<store::Stored<identity::ManagedPolicy>> FindPolicy(
    Context& context, std::string_view arn);

/// InvalidInput or NoSuchEntity unless the policy can be attached to an entity of the account.
[[nodiscard]] Result<void> CheckAttachable(Context& context, const std::string& arn);

/// By what lists of policies are sorted, and what their markers are: those of AWS first, each by
/// name. Shorter than an ARN, which can be longer than a marker may be.
[[nodiscard]] std::string PolicyKeyOf(std::string_view arn);

/// How often a policy is used.
struct PolicyUse {
  std::int64_t attachments = 0;
  std::int64_t boundaries = 0;  ///< Of users and roles.
};
/// Of every policy of the account, by ARN; what is not in it is not used. Looks at all entities.
[[nodiscard]] std::map<std::string, PolicyUse, std::less<>> CountPolicyUses(Context& context);
[[nodiscard]] PolicyUse UseOf(Context& context, std::string_view arn);

}  // namespace coffer::services::iam
