#pragma once

#include "services/iam/context.h"
#include "services/iam/managed_policies.h"
#include "services/iam/paging.h"

#include <array>

/// Who has a managed policy: ListEntitiesForPolicy (AWS: IAM API reference).
namespace coffer::services::iam {

inline constexpr std::array<std::string_view, 5> kEntityFilters{
    "User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"};

struct ListEntitiesForPolicyRequest : Page {
  std::string policy_arn;
  std::optional<std::string> entity_filter;
  std::optional<std::string> path_prefix;
  std::optional<std::string> usage_filter;

  static constexpr auto Members() {
    using Request = ListEntitiesForPolicyRequest;
    return std::tuple_cat(
        std::tuple{base::Required("PolicyArn", &Request::policy_arn, kArnLength),
                   base::Optional("EntityFilter", &Request::entity_filter, {},
                                  {.allowed = kEntityFilters}),
                   base::Optional("PathPrefix", &Request::path_prefix, kPathLength),
                   base::Optional("PolicyUsageFilter", &Request::usage_filter, {},
                                  {.allowed = kPolicyUsages})},
        PageMembers<Request>());
  }
};

inline constexpr std::string_view kUserNameMember = "UserName";
inline constexpr std::string_view kUserIdMember = "UserId";
inline constexpr std::string_view kGroupNameMember = "GroupName";
inline constexpr std::string_view kGroupIdMember = "GroupId";
inline constexpr std::string_view kRoleNameMember = "RoleName";
inline constexpr std::string_view kRoleIdMember = "RoleId";

/// One who has the policy.
template <const std::string_view& kNameMember, const std::string_view& kIdMember>
struct PolicyEntity {
  std::string name;
  std::string id;

  static constexpr auto Members() {
    return std::tuple{base::Required(kNameMember, &PolicyEntity::name),
                      base::Required(kIdMember, &PolicyEntity::id)};
  }
};
struct ListEntitiesForPolicyReply {
  std::vector<PolicyEntity<kGroupNameMember, kGroupIdMember>> groups;
  std::vector<PolicyEntity<kUserNameMember, kUserIdMember>> users;
  std::vector<PolicyEntity<kRoleNameMember, kRoleIdMember>> roles;
  bool is_truncated = false;
  std::optional<std::string> marker;

  static constexpr auto Members() {
    using Reply = ListEntitiesForPolicyReply;
    return std::tuple{base::Required("PolicyGroups", &Reply::groups),
                      base::Required("PolicyUsers", &Reply::users),
                      base::Required("PolicyRoles", &Reply::roles),
                      base::Required("IsTruncated", &Reply::is_truncated),
                      base::Optional("Marker", &Reply::marker)};
  }
};
/// A page holds groups, then roles, then users.
[[nodiscard]] Result<ListEntitiesForPolicyReply> ListEntitiesForPolicy(
    Context& context, const ListEntitiesForPolicyRequest& request);

}  // namespace coffer::services::iam
