#pragma once

#include "base/shape.h"
#include "coffer/result.h"
#include "services/sts/context.h"
#include "services/sts/credentials.h"
#include "services/sts/session_limits.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace coffer::services::sts {

[[nodiscard]] bool IsSessionName(std::string_view text);
[[nodiscard]] bool IsExternalId(std::string_view text);

inline constexpr base::Constraint kSessionNamePattern{
    .pattern = {.pattern = R"([\w+=,.@-]*)", .matches = &IsSessionName}};
inline constexpr base::Constraint kExternalIdPattern{
    .pattern = {.pattern = R"([\w+=,.@:\/-]*)", .matches = &IsExternalId}};
struct AssumeRoleRequest {
  std::string role_arn;
  std::string role_session_name;
  PolicyDescriptors policy_arns;
  std::optional<std::string> policy;
  std::optional<std::int64_t> duration_seconds;
  Tags tags;
  TagKeys transitive_tag_keys;
  std::optional<std::string> external_id;
  std::optional<std::string> source_identity;

  static constexpr auto Members() {
    using Self = AssumeRoleRequest;
    return std::tuple{
        base::Required("RoleArn", &Self::role_arn, {20, 2048}),
        base::Required("RoleSessionName", &Self::role_session_name, {2, 64}, kSessionNamePattern),
        base::Optional("PolicyArns", &Self::policy_arns, {0, 10}),
        base::Optional("Policy", &Self::policy, kSessionPolicyLength),
        base::Optional("DurationSeconds", &Self::duration_seconds, {900, 43'200}),
        base::Optional("Tags", &Self::tags, {0, 50}),
        base::Optional("TransitiveTagKeys", &Self::transitive_tag_keys, {0, 50},
                       {.item_range = {1, 128}}),
        base::Optional("ExternalId", &Self::external_id, {2, 1224}, kExternalIdPattern),
        base::Optional("SourceIdentity", &Self::source_identity, {2, 64}, kSessionNamePattern)};
  }
};

struct AssumedRoleUser {
  std::string assumed_role_id;
  std::string arn;

  static constexpr auto Members() {
    return std::tuple{base::Required("AssumedRoleId", &AssumedRoleUser::assumed_role_id),
                      base::Required("Arn", &AssumedRoleUser::arn)};
  }
};
struct AssumeRoleReply {
  Credentials credentials;
  AssumedRoleUser assumed_role_user;
  std::optional<std::int64_t> packed_policy_size;
  std::optional<std::string> source_identity;

  static constexpr auto Members() {
    return std::tuple{base::Required("Credentials", &AssumeRoleReply::credentials),
                      base::Required("AssumedRoleUser", &AssumeRoleReply::assumed_role_user),
                      base::Optional("PackedPolicySize", &AssumeRoleReply::packed_policy_size),
                      base::Optional("SourceIdentity", &AssumeRoleReply::source_identity)};
  }
};

/// AWS: AssumeRole. What can be refused without looking the role up is; then AccessDenied, which
/// does not tell whether there is such a role; then what depends on the role.
[[nodiscard]] Result<AssumeRoleReply> AssumeRole(Context& context,
                                                 const AssumeRoleRequest& request);

}  // namespace coffer::services::sts
