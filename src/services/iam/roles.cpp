#include "services/iam/roles.h"

#include "services/iam/boundaries.h"
#include "services/iam/lookup.h"
#include "services/iam/quotas.h"
#include "services/iam/trust_policies.h"

#include <utility>

namespace coffer::services::iam {
namespace {

using identity::Role;
using store::Stored;

RoleShape ShapeOf(const Context& context, const Stored<Role>& stored) {
  const Role& role = stored.entity;
  return {.path = role.path,
          .role_name = role.name,
          .role_id = role.id,
          .arn = ArnOf(stored),
          .create_date = role.created,
          .assume_role_policy_document = {policy::ShowPrincipals(role.trust_policy,
                                                                 context.principals)},
          .description = role.description,
          .max_session_duration = role.max_session_seconds,
          .permissions_boundary = ToWire(role.boundary),
          .tags = ToWire(role.tags),
          .role_last_used = std::nullopt};
}

}  // namespace

Result<RoleReply> CreateRole(Context& context, const CreateRoleRequest& request) {
  RETURN_IF_ERROR(CheckPath(request.path));
  const std::string path = request.path.value_or("/");
  const std::string arn = identity::ArnOf(context.account, Role::kKind, path, request.role_name);
  RETURN_IF_ERROR(context.authorizer.Require("CreateRole", arn));
  if (request.tags && !request.tags->empty()) {
    RETURN_IF_ERROR(context.authorizer.Require("TagRole", arn));
  }
  RETURN_IF_ERROR(CheckNameIsFree<Role>(context, request.role_name));
  RETURN_IF_ERROR(CheckAccountQuota<Role>(context));
  ASSIGN_OR_RETURN(std::string trust_policy,
                   AcceptTrustPolicy(request.assume_role_policy_document, context.principals));
  if (request.permissions_boundary) {
    RETURN_IF_ERROR(CheckBoundary(context, *request.permissions_boundary));
  }
  ASSIGN_OR_RETURN(std::vector<identity::Tag> tags, ToRules(request.tags));
  Stored<Role> role{.account = std::string(context.account),
                    .entity = {.id = NewId(context, "AROA"),
                               .name = request.role_name,
                               .path = path,
                               .created = context.now,
                               .trust_policy = std::move(trust_policy),
                               .description = request.description,
                               .max_session_seconds =
                                   request.max_session_duration.value_or(kRoleSessionSeconds.min),
                               .boundary = request.permissions_boundary,
                               .tags = std::move(tags)}};
  context.service.identities.Insert(context.transaction, role);
  return RoleReply{ShapeOf(context, role)};
}

Result<RoleReply> GetRole(Context& context, const GetRoleRequest& request) {
  ASSIGN_OR_RETURN(const Stored<Role> role,
                   Authorized<Role>(context, "GetRole", request.role_name));
  RoleReply reply{ShapeOf(context, role)};
  RoleLastUsed& last_used = reply.role.role_last_used.emplace();
  const auto use = context.service.identities.uses().Find(context.transaction, role.entity.id);
  if (use) last_used = {.last_used_date = use->at, .region = use->region};
  return reply;
}

Result<ListRolesReply> ListRoles(Context& context, const ListRolesRequest& request) {
  const std::string prefix = request.path_prefix.value_or("/");
  RETURN_IF_ERROR(context.authorizer.Require(
      "ListRoles", identity::ArnOf(context.account, Role::kKind, prefix, "")));
  ListRolesReply reply;
  Pager pager(request, reply);
  const auto take = [&](const Stored<Role>& role) {
    if (role.entity.path.starts_with(prefix) && pager.Wants(identity::NameKey(role.entity.name))) {
      reply.items.push_back(ShapeOf(context, role));
      // AWS: a list does not show these.
      reply.items.back().tags.reset();
      reply.items.back().permissions_boundary.reset();
    }
    return !reply.is_truncated;
  };
  context.service.identities.List<Role>(context.transaction, context.account, request.after(),
                                        take);
  return reply;
}

Result<UpdateRoleReply> UpdateRole(Context& context, const UpdateRoleRequest& request) {
  ASSIGN_OR_RETURN(Stored<Role> role, Authorized<Role>(context, "UpdateRole", request.role_name));
  if (request.description) role.entity.description = request.description;
  if (request.max_session_duration) {
    role.entity.max_session_seconds = *request.max_session_duration;
  }
  context.service.identities.Update(context.transaction, role);
  return UpdateRoleReply{};
}

Result<RoleReply> UpdateRoleDescription(Context& context,
                                        const UpdateRoleDescriptionRequest& request) {
  ASSIGN_OR_RETURN(Stored<Role> role,
                   Authorized<Role>(context, "UpdateRoleDescription", request.role_name));
  role.entity.description = request.description;
  context.service.identities.Update(context.transaction, role);
  return RoleReply{ShapeOf(context, role)};
}

Result<base::NoOutput> UpdateAssumeRolePolicy(Context& context,
                                              const UpdateAssumeRolePolicyRequest& request) {
  ASSIGN_OR_RETURN(Stored<Role> role,
                   Authorized<Role>(context, "UpdateAssumeRolePolicy", request.role_name));
  ASSIGN_OR_RETURN(role.entity.trust_policy,
                   AcceptTrustPolicy(request.policy_document, context.principals));
  context.service.identities.Update(context.transaction, role);
  return base::NoOutput{};
}

Result<base::NoOutput> DeleteRole(Context& context, const DeleteRoleRequest& request) {
  ASSIGN_OR_RETURN(const Stored<Role> role,
                   Authorized<Role>(context, "DeleteRole", request.role_name));
  const identity::PolicyHolder& policies = role.entity.policies;
  if (!policies.inline_policies.empty()) return std::unexpected(DeleteConflict("delete policies"));
  if (!policies.attached_policies.empty()) {
    return std::unexpected(DeleteConflict("detach all policies"));
  }
  context.service.identities.Remove(context.transaction, role.entity.id);
  return base::NoOutput{};
}

}  // namespace coffer::services::iam
