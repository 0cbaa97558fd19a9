#include "services/iam/groups.h"

#include "services/iam/group_members.h"
#include "services/iam/lookup.h"
#include "services/iam/quotas.h"

#include <utility>

namespace coffer::services::iam {

using identity::Group;
using store::Stored;

GroupShape ShapeOf(const Stored<Group>& stored) {
  return {.path = stored.entity.path,
          .group_name = stored.entity.name,
          .group_id = stored.entity.id,
          .arn = ArnOf(stored),
          .create_date = stored.entity.created};
}

Result<CreateGroupReply> CreateGroup(Context& context, const CreateGroupRequest& request) {
  RETURN_IF_ERROR(CheckPath(request.path));
  const std::string path = request.path.value_or("/");
  RETURN_IF_ERROR(context.authorizer.Require(
      "CreateGroup", identity::ArnOf(context.account, Group::kKind, path, request.group_name)));
  RETURN_IF_ERROR(CheckNameIsFree<Group>(context, request.group_name));
  RETURN_IF_ERROR(CheckAccountQuota<Group>(context));
  Stored<Group> group{.account = std::string(context.account),
                      .entity = {.id = NewId(context, "AGPA"),
                                 .name = request.group_name,
                                 .path = path,
                                 .created = context.now}};
  context.service.identities.Insert(context.transaction, group);
  return CreateGroupReply{ShapeOf(group)};
}

Result<GetGroupReply> GetGroup(Context& context, const GetGroupRequest& request) {
  ASSIGN_OR_RETURN(const Stored<Group> group,
                   Authorized<Group>(context, "GetGroup", request.group_name));
  GetGroupReply reply{.group = ShapeOf(group), .users = {}, .marker = {}};
  Pager pager(request, reply);
  ForEachMember(context, group.entity.id, request.after(), [&](const Stored<identity::User>& user) {
    if (pager.Wants(identity::NameKey(user.entity.name))) {
      reply.users.push_back(ShapeOf(user));
      reply.users.back().tags.reset();  // Lists do not show them.
    }
    return !reply.is_truncated;
  });
  return reply;
}

Result<ListGroupsReply> ListGroups(Context& context, const ListGroupsRequest& request) {
  const std::string prefix = request.path_prefix.value_or("/");
  RETURN_IF_ERROR(context.authorizer.Require(
      "ListGroups", identity::ArnOf(context.account, Group::kKind, prefix, "")));
  ListGroupsReply reply;
  Pager pager(request, reply);
  const auto take = [&](const Stored<Group>& group) {
    if (group.entity.path.starts_with(prefix) && pager.Wants(identity::NameKey(group.entity.name)))
      reply.items.push_back(ShapeOf(group));
    return !reply.is_truncated;
  };
  context.service.identities.List<Group>(context.transaction, context.account, request.after(),
                                         take);
  return reply;
}

Result<base::NoOutput> UpdateGroup(Context& context, const UpdateGroupRequest& request) {
  RETURN_IF_ERROR(CheckPath(request.new_path));
  ASSIGN_OR_RETURN(Stored<Group> group,
                   Authorized<Group>(context, "UpdateGroup", request.group_name));
  group.entity.path = request.new_path.value_or(group.entity.path);
  group.entity.name = request.new_group_name.value_or(group.entity.name);
  RETURN_IF_ERROR(context.authorizer.Require("UpdateGroup", ArnOf(group)));
  RETURN_IF_ERROR(CheckNameIsFree<Group>(context, group.entity.name, group.entity.id));
  context.service.identities.Update(context.transaction, group);
  return base::NoOutput{};
}

Result<base::NoOutput> DeleteGroup(Context& context, const DeleteGroupRequest& request) {
  ASSIGN_OR_RETURN(const Stored<Group> group,
                   Authorized<Group>(context, "DeleteGroup", request.group_name));
  const identity::PolicyHolder& policies = group.entity.policies;
  if (!policies.inline_policies.empty()) return std::unexpected(DeleteConflict("delete policies"));
  if (!policies.attached_policies.empty()) {
    return std::unexpected(DeleteConflict("detach all policies"));
  }
  bool has_members = false;
  ForEachMember(context, group.entity.id, "", [&](const Stored<identity::User>& /*user*/) {
    has_members = true;
    return false;
  });
  if (has_members) return std::unexpected(DeleteConflict("remove users from group"));
  context.service.identities.Remove(context.transaction, group.entity.id);
  return base::NoOutput{};
}

}  // namespace coffer::services::iam
