#include "services/iam/group_members.h"

#include "services/iam/lookup.h"

#include <algorithm>
#include <utility>

namespace coffer::services::iam {
namespace {

using identity::Group;
using identity::User;
using store::Stored;

// The user whom a request about a group names; the group's ARN has been decided about.
Result<Stored<User>> NamedUser(Context& context, const std::string& name) {
  auto user = context.service.identities.Find<User>(context.transaction, context.account, name);
  if (!user) {
    return Fail(ErrorCode::kNoSuchEntity, "The user with name " + name + " cannot be found.");
  }
  return *std::move(user);
}

}  // namespace

Result<base::NoOutput> AddUserToGroup(Context& context, const MembershipRequest& request) {
  ASSIGN_OR_RETURN(const Stored<Group> group,
                   Authorized<Group>(context, "AddUserToGroup", request.group_name));
  ASSIGN_OR_RETURN(Stored<User> user, NamedUser(context, request.user_name));
  std::vector<std::string>& groups = user.entity.groups;
  if (std::ranges::find(groups, group.entity.id) != groups.end()) return base::NoOutput{};
  if (groups.size() >= kMaxGroupsOfUser) {
    return Fail(ErrorCode::kLimitExceeded, "Cannot exceed quota for GroupsPerUser: 10");
  }
  groups.push_back(group.entity.id);
  context.service.identities.Update(context.transaction, user);
  return base::NoOutput{};
}

Result<base::NoOutput> RemoveUserFromGroup(Context& context, const MembershipRequest& request) {
  ASSIGN_OR_RETURN(const Stored<Group> group,
                   Authorized<Group>(context, "RemoveUserFromGroup", request.group_name));
  ASSIGN_OR_RETURN(Stored<User> user, NamedUser(context, request.user_name));
  if (std::erase(user.entity.groups, group.entity.id) == 0) {
    return Fail(ErrorCode::kNoSuchEntity,
                "User " + user.entity.name + " not in group " + group.entity.name);
  }
  context.service.identities.Update(context.transaction, user);
  return base::NoOutput{};
}

Result<ListGroupsReply> ListGroupsForUser(Context& context,
                                          const ListGroupsForUserRequest& request) {
  ASSIGN_OR_RETURN(const Stored<User> user,
                   Authorized<User>(context, "ListGroupsForUser", request.user_name));
  std::vector<Stored<Group>> groups;
  for (const std::string& id : user.entity.groups) {
    auto group = context.service.identities.FindById<Group>(context.transaction, id);
    if (group) groups.push_back(*std::move(group));
  }
  const auto key = [](const Stored<Group>& group) { return identity::NameKey(group.entity.name); };
  std::ranges::sort(groups, {}, key);
  ListGroupsReply reply;
  Pager pager(request, reply);
  for (const Stored<Group>& group : groups) {
    if (pager.Wants(key(group))) reply.items.push_back(ShapeOf(group));
  }
  return reply;
}

void ForEachMember(Context& context, std::string_view group_id, std::string_view after,
                   const std::function<bool(const Stored<User>&)>& each) {
  context.service.identities.List<User>(
      context.transaction, context.account, after, [&](const Stored<User>& user) {
        const auto& groups = user.entity.groups;
        return std::ranges::find(groups, group_id) == groups.end() || each(user);
      });
}

}  // namespace coffer::services::iam
