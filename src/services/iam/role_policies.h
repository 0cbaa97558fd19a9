#pragma once

#include "services/iam/context.h"
#include "services/iam/roles.h"
#include "services/iam/shapes.h"

/// Inline policies of roles: PutRolePolicy, GetRolePolicy, ListRolePolicies, DeleteRolePolicy (AWS:
/// IAM API reference). A change holds for sessions that are open already.
namespace coffer::services::iam {

struct PutRolePolicyRequest {
  std::string role_name;
  std::string policy_name;
  std::string policy_document;

  static constexpr auto Members() {
    using Self = PutRolePolicyRequest;
    return std::tuple{
        base::Required("RoleName", &Self::role_name, kRoleNameLength, kNamePattern),
        base::Required("PolicyName", &Self::policy_name, kPolicyNameLength, kNamePattern),
        base::Required("PolicyDocument", &Self::policy_document, kDocumentLength)};
  }
};
[[nodiscard]] Result<base::NoOutput> PutRolePolicy(Context& context,
                                                   const PutRolePolicyRequest& request);

struct RolePolicyRequest {
  std::string role_name;
  std::string policy_name;

  static constexpr auto Members() {
    using Self = RolePolicyRequest;
    return std::tuple{
        base::Required("RoleName", &Self::role_name, kRoleNameLength, kNamePattern),
        base::Required("PolicyName", &Self::policy_name, kPolicyNameLength, kNamePattern)};
  }
};
struct GetRolePolicyReply {
  std::string role_name;
  std::string policy_name;
  base::EncodedDocument policy_document;

  static constexpr auto Members() {
    return std::tuple{base::Required("RoleName", &GetRolePolicyReply::role_name),
                      base::Required("PolicyName", &GetRolePolicyReply::policy_name),
                      base::Required("PolicyDocument", &GetRolePolicyReply::policy_document)};
  }
};
[[nodiscard]] Result<GetRolePolicyReply> GetRolePolicy(Context& context,
                                                       const RolePolicyRequest& request);
[[nodiscard]] Result<base::NoOutput> DeleteRolePolicy(Context& context,
                                                      const RolePolicyRequest& request);

struct ListRolePoliciesRequest {
  std::string role_name;
  std::optional<std::string> marker;
  std::optional<std::int64_t> max_items;

  static constexpr auto Members() {
    using Self = ListRolePoliciesRequest;
    return std::tuple{base::Required("RoleName", &Self::role_name, kRoleNameLength, kNamePattern),
                      base::Optional("Marker", &Self::marker, kMarkerLength),
                      base::Optional("MaxItems", &Self::max_items, kPageSize)};
  }
};
struct ListRolePoliciesReply {
  std::vector<std::string> policy_names;
  bool is_truncated = false;
  std::optional<std::string> marker;

  static constexpr auto Members() {
    return std::tuple{base::Required("PolicyNames", &ListRolePoliciesReply::policy_names),
                      base::Required("IsTruncated", &ListRolePoliciesReply::is_truncated),
                      base::Optional("Marker", &ListRolePoliciesReply::marker)};
  }
};
[[nodiscard]] Result<ListRolePoliciesReply> ListRolePolicies(
    Context& context, const ListRolePoliciesRequest& request);

}  // namespace coffer::services::iam
