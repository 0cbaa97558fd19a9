#include "services/iam/roles.h"

#include "services/iam/trust_policies.h"

#include <array>
#include <utility>

namespace coffer::services::iam {
namespace {

using identity::Role;
using store::Stored;

std::string ArnOf(const Stored<Role>& role) {
  return identity::ArnOf(role.account, Role::kKind, role.entity.path, role.entity.name);
}

RoleShape ShapeOf(const Stored<Role>& stored) {
  const Role& role = stored.entity;
  return {.path = role.path,
          .role_name = role.name,
          .role_id = role.id,
          .arn = ArnOf(stored),
          .create_date = role.created,
          .assume_role_policy_document = {role.trust_policy},
          .description = role.description,
          .max_session_duration = role.max_session_seconds,
          .permissions_boundary = ToWire(role.boundary),
          .tags = ToWire(role.tags),
          .role_last_used = std::nullopt};
}

Result<void> CheckPath(const std::optional<std::string>& path) {
  if (!path || identity::IsPath(*path)) return {};
  return Fail(ErrorCode::kValidation,
              "The specified value for path is invalid. It must begin and end with / and contain "
              "only alphanumeric characters and/or / characters.");
}

}  // namespace

Result<Stored<Role>> AuthorizedRole(Context& context, std::string_view operation,
                                    std::string_view name) {
  auto found = context.service.identities.Find<Role>(context.transaction, context.account, name);
  const std::string arn =
      found ? ArnOf(*found) : identity::ArnOf(context.account, Role::kKind, "/", name);
  RETURN_IF_ERROR(context.authorizer.Require(operation, arn));
  if (!found) {
    return Fail(ErrorCode::kNoSuchEntity,
                "The role with name " + std::string(name) + " cannot be found.");
  }
  return *std::move(found);
}

Result<RoleReply> CreateRole(Context& context, const CreateRoleRequest& request) {
  RETURN_IF_ERROR(CheckPath(request.path));
  const std::string path = request.path.value_or("/");
  const std::string arn = identity::ArnOf(context.account, Role::kKind, path, request.role_name);
  RETURN_IF_ERROR(context.authorizer.Require("CreateRole", arn));
  if (request.tags && !request.tags->empty()) {
    RETURN_IF_ERROR(context.authorizer.Require("TagRole", arn));
  }
  store::IdentityStore& identities = context.service.identities;
  if (identities.Find<Role>(context.transaction, context.account, request.role_name)) {
    return Fail(ErrorCode::kEntityAlreadyExists,
                "Role with name " + request.role_name + " already exists.");
  }
  RETURN_IF_ERROR(CheckTrustPolicy(request.assume_role_policy_document));
  if (request.permissions_boundary) {
    return Fail(ErrorCode::kNotImplemented, "Coffer has no permissions boundaries yet.");
  }
  ASSIGN_OR_RETURN(std::vector<identity::Tag> tags, ToRules(request.tags));
  std::array<std::byte, identity::kIdRandomBytes> random_bytes{};
  context.service.random.Fill(random_bytes);
  Stored<Role> role{.account = std::string(context.account),
                    .entity = {.id = identity::UniqueId("AROA", random_bytes),
                               .name = request.role_name,
                               .path = path,
                               .created = context.now,
                               .trust_policy = request.assume_role_policy_document,
                               .description = request.description,
                               .max_session_seconds =
                                   request.max_session_duration.value_or(kRoleSessionSeconds.min),
                               .tags = std::move(tags)}};
  identities.Insert(context.transaction, role);
  return RoleReply{ShapeOf(role)};
}

Result<RoleReply> GetRole(Context& context, const GetRoleRequest& request) {
  ASSIGN_OR_RETURN(const Stored<Role> role, AuthorizedRole(context, "GetRole", request.role_name));
  RoleReply reply{ShapeOf(role)};
  reply.role.role_last_used.emplace();
  return reply;
}

Result<ListRolesReply> ListRoles(Context& context, const ListRolesRequest& request) {
  const std::string prefix = request.path_prefix.value_or("/");
  RETURN_IF_ERROR(context.authorizer.Require(
      "ListRoles", identity::ArnOf(context.account, Role::kKind, prefix, "")));
  const Page page{.marker = request.marker, .max_items = request.max_items};
  ListRolesReply reply;
  const auto take = [&](const Stored<Role>& role) {
    if (!role.entity.path.starts_with(prefix)) return true;
    reply.is_truncated = reply.roles.size() == page.size();
    if (reply.is_truncated) {
      reply.marker = reply.roles.back().role_name;
      return false;
    }
    reply.roles.push_back(ShapeOf(role));
    // AWS: a list does not show these.
    reply.roles.back().tags.reset();
    reply.roles.back().permissions_boundary.reset();
    return true;
  };
  context.service.identities.List<Role>(context.transaction, context.account, page.after(), take);
  return reply;
}

Result<UpdateRoleReply> UpdateRole(Context& context, const UpdateRoleRequest& request) {
  ASSIGN_OR_RETURN(Stored<Role> role, AuthorizedRole(context, "UpdateRole", request.role_name));
  if (request.description) role.entity.description = request.description;
  if (request.max_session_duration) {
    role.entity.max_session_seconds = *request.max_session_duration;
  }
  context.service.identities.Update(context.transaction, role);
  return UpdateRoleReply{};
}

Result<base::NoOutput> UpdateAssumeRolePolicy(Context& context,
                                              const UpdateAssumeRolePolicyRequest& request) {
  ASSIGN_OR_RETURN(Stored<Role> role,
                   AuthorizedRole(context, "UpdateAssumeRolePolicy", request.role_name));
  RETURN_IF_ERROR(CheckTrustPolicy(request.policy_document));
  role.entity.trust_policy = request.policy_document;
  context.service.identities.Update(context.transaction, role);
  return base::NoOutput{};
}

Result<base::NoOutput> DeleteRole(Context& context, const DeleteRoleRequest& request) {
  ASSIGN_OR_RETURN(const Stored<Role> role,
                   AuthorizedRole(context, "DeleteRole", request.role_name));
  const auto conflict = [](std::string_view what) {
    return Fail(ErrorCode::kDeleteConflict,
                "Cannot delete entity, must " + std::string(what) + " first.");
  };
  if (!role.entity.policies.inline_policies.empty()) return conflict("delete policies");
  if (!role.entity.policies.attached_policies.empty()) return conflict("detach all policies");
  context.service.identities.Remove(context.transaction, role.entity.id);
  return base::NoOutput{};
}

}  // namespace coffer::services::iam
