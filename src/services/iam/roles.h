#pragma once

#include "services/iam/context.h"
#include "services/iam/paging.h"
#include "services/iam/shapes.h"

/// Roles: CreateRole, GetRole, ListRoles, UpdateRole, UpdateRoleDescription, DeleteRole,
/// UpdateAssumeRolePolicy (AWS: IAM API reference).
namespace coffer::services::iam {

inline constexpr base::Range kRoleNameLength{1, 64};
inline constexpr base::Range kRoleDescriptionLength{0, 1000};
inline constexpr base::Range kRoleSessionSeconds{3600, 43'200};

/// When a session of a role last made a call, to the minute; empty when none did.
struct RoleLastUsed {
  std::optional<Timestamp> last_used_date;
  std::optional<std::string> region;

  static constexpr auto Members() {
    return std::tuple{base::Optional("LastUsedDate", &RoleLastUsed::last_used_date),
                      base::Optional("Region", &RoleLastUsed::region)};
  }
};

struct RoleShape {
  std::string path;
  std::string role_name;
  std::string role_id;
  std::string arn;
  Timestamp create_date;
  base::EncodedDocument assume_role_policy_document;
  std::optional<std::string> description;
  std::int64_t max_session_duration = 0;
  std::optional<AttachedBoundary> permissions_boundary;
  Tags tags;
  std::optional<RoleLastUsed> role_last_used;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("Path", &RoleShape::path),
        base::Required("RoleName", &RoleShape::role_name),
        base::Required("RoleId", &RoleShape::role_id),
        base::Required("Arn", &RoleShape::arn),
        base::Required("CreateDate", &RoleShape::create_date),
        base::Required("AssumeRolePolicyDocument", &RoleShape::assume_role_policy_document),
        base::Optional("Description", &RoleShape::description),
        base::Required("MaxSessionDuration", &RoleShape::max_session_duration),
        base::Optional("PermissionsBoundary", &RoleShape::permissions_boundary),
        base::Optional("Tags", &RoleShape::tags),
        base::Optional("RoleLastUsed", &RoleShape::role_last_used)};
  }
};
struct RoleReply {
  RoleShape role;

  static constexpr auto Members() { return std::tuple{base::Required("Role", &RoleReply::role)}; }
};

struct CreateRoleRequest {
  std::optional<std::string> path;
  std::string role_name;
  std::string assume_role_policy_document;
  std::optional<std::string> description;
  std::optional<std::int64_t> max_session_duration;
  std::optional<std::string> permissions_boundary;
  Tags tags;

  static constexpr auto Members() {
    using Self = CreateRoleRequest;
    return std::tuple{
        base::Optional("Path", &Self::path, kPathLength),
        base::Required("RoleName", &Self::role_name, kRoleNameLength, kNamePattern),
        base::Required("AssumeRolePolicyDocument", &Self::assume_role_policy_document,
                       kDocumentLength),
        base::Optional("Description", &Self::description, kRoleDescriptionLength),
        base::Optional("MaxSessionDuration", &Self::max_session_duration, kRoleSessionSeconds),
        base::Optional("PermissionsBoundary", &Self::permissions_boundary, {20, 2048}),
        base::Optional("Tags", &Self::tags)};
  }
};
[[nodiscard]] Result<RoleReply> CreateRole(Context& context, const CreateRoleRequest& request);

struct GetRoleRequest {
  std::string role_name;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("RoleName", &GetRoleRequest::role_name, kRoleNameLength, kNamePattern)};
  }
};
[[nodiscard]] Result<RoleReply> GetRole(Context& context, const GetRoleRequest& request);

struct ListRolesRequest : Page {
  std::optional<std::string> path_prefix;

  static constexpr auto Members() {
    return std::tuple_cat(
        std::tuple{base::Optional("PathPrefix", &ListRolesRequest::path_prefix, kPathLength)},
        PageMembers<ListRolesRequest>());
  }
};
inline constexpr std::string_view kRoles = "Roles";
using ListRolesReply = ListReply<kRoles, RoleShape>;
[[nodiscard]] Result<ListRolesReply> ListRoles(Context& context, const ListRolesRequest& request);

struct UpdateRoleRequest {
  std::string role_name;
  std::optional<std::string> description;
  std::optional<std::int64_t> max_session_duration;

  static constexpr auto Members() {
    using Self = UpdateRoleRequest;
    return std::tuple{
        base::Required("RoleName", &Self::role_name, kRoleNameLength, kNamePattern),
        base::Optional("Description", &Self::description, kRoleDescriptionLength),
        base::Optional("MaxSessionDuration", &Self::max_session_duration, kRoleSessionSeconds)};
  }
};
/// Nothing, but unlike base::NoOutput with a result element of its own.
struct UpdateRoleReply {
  static constexpr auto Members() { return std::tuple{}; }
};
[[nodiscard]] Result<UpdateRoleReply> UpdateRole(Context& context,
                                                 const UpdateRoleRequest& request);

struct UpdateRoleDescriptionRequest {
  std::string role_name;
  std::string description;

  static constexpr auto Members() {
    using Self = UpdateRoleDescriptionRequest;
    return std::tuple{base::Required("RoleName", &Self::role_name, kRoleNameLength, kNamePattern),
                      base::Required("Description", &Self::description, kRoleDescriptionLength)};
  }
};
[[nodiscard]] Result<RoleReply> UpdateRoleDescription(Context& context,
                                                      const UpdateRoleDescriptionRequest& request);

struct UpdateAssumeRolePolicyRequest {
  std::string role_name;
  std::string policy_document;

  static constexpr auto Members() {
    using Self = UpdateAssumeRolePolicyRequest;
    return std::tuple{base::Required("RoleName", &Self::role_name, kRoleNameLength, kNamePattern),
                      base::Required("PolicyDocument", &Self::policy_document, kDocumentLength)};
  }
};
[[nodiscard]] Result<base::NoOutput> UpdateAssumeRolePolicy(
    Context& context, const UpdateAssumeRolePolicyRequest& request);

struct DeleteRoleRequest {
  std::string role_name;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("RoleName", &DeleteRoleRequest::role_name, kRoleNameLength, kNamePattern)};
  }
};
/// Sessions of the role end with it.
[[nodiscard]] Result<base::NoOutput> DeleteRole(Context& context, const DeleteRoleRequest& request);

}  // namespace coffer::services::iam
