#include "services/iam/users.h"

#include "services/iam/boundaries.h"
#include "services/iam/lookup.h"
#include "services/iam/quotas.h"

#include <utility>

namespace coffer::services::iam {

using identity::User;
using store::Stored;

UserShape ShapeOf(const Stored<User>& stored) {
  const User& user = stored.entity;
  return {.path = user.path,
          .user_name = user.name,
          .user_id = user.id,
          .arn = ArnOf(stored),
          .create_date = user.created,
          .permissions_boundary = ToWire(user.boundary),
          .tags = ToWire(user.tags)};
}

Result<UserReply> CreateUser(Context& context, const CreateUserRequest& request) {
  RETURN_IF_ERROR(CheckPath(request.path));
  const std::string path = request.path.value_or("/");
  const std::string arn = identity::ArnOf(context.account, User::kKind, path, request.user_name);
  RETURN_IF_ERROR(context.authorizer.Require("CreateUser", arn));
  if (request.tags && !request.tags->empty()) {
    RETURN_IF_ERROR(context.authorizer.Require("TagUser", arn));
  }
  RETURN_IF_ERROR(CheckNameIsFree<User>(context, request.user_name));
  RETURN_IF_ERROR(CheckAccountQuota<User>(context));
  if (request.permissions_boundary) {
    RETURN_IF_ERROR(CheckBoundary(context, *request.permissions_boundary));
  }
  ASSIGN_OR_RETURN(std::vector<identity::Tag> tags, ToRules(request.tags));
  Stored<User> user{.account = std::string(context.account),
                    .entity = {.id = NewId(context, "AIDA"),
                               .name = request.user_name,
                               .path = path,
                               .created = context.now,
                               .boundary = request.permissions_boundary,
                               .tags = std::move(tags)}};
  context.service.identities.Insert(context.transaction, user);
  return UserReply{ShapeOf(user)};
}

Result<UserReply> GetUser(Context& context, const GetUserRequest& request) {
  if (request.user_name || !context.caller_name.empty()) {
    ASSIGN_OR_RETURN(const Stored<User> user,
                     Authorized<User>(context, "GetUser",
                                      request.user_name ? std::string_view(*request.user_name)
                                                        : context.caller_name));
    return UserReply{ShapeOf(user)};
  }
  if (context.caller_id != context.account) {
    return Fail(ErrorCode::kValidation,
                "Must specify userName when calling with non-User credentials");
  }
  // The root user asks for himself.
  RETURN_IF_ERROR(context.authorizer.Require("GetUser", context.caller_arn));
  return UserReply{{.path = "/",
                    .user_name = std::nullopt,
                    .user_id = std::string(context.caller_id),
                    .arn = std::string(context.caller_arn),
                    .create_date = Timestamp(),
                    .permissions_boundary = std::nullopt,
                    .tags = std::nullopt}};
}

Result<ListUsersReply> ListUsers(Context& context, const ListUsersRequest& request) {
  const std::string prefix = request.path_prefix.value_or("/");
  RETURN_IF_ERROR(context.authorizer.Require(
      "ListUsers", identity::ArnOf(context.account, User::kKind, prefix, "")));
  ListUsersReply reply;
  Pager pager(request, reply);
  const auto take = [&](const Stored<User>& user) {
    if (user.entity.path.starts_with(prefix) && pager.Wants(identity::NameKey(user.entity.name))) {
      reply.items.push_back(ShapeOf(user));
      reply.items.back().tags.reset();  // Lists do not show them.
    }
    return !reply.is_truncated;
  };
  context.service.identities.List<User>(context.transaction, context.account, request.after(),
                                        take);
  return reply;
}

Result<base::NoOutput> UpdateUser(Context& context, const UpdateUserRequest& request) {
  RETURN_IF_ERROR(CheckPath(request.new_path));
  ASSIGN_OR_RETURN(Stored<User> user, Authorized<User>(context, "UpdateUser", request.user_name));
  user.entity.path = request.new_path.value_or(user.entity.path);
  user.entity.name = request.new_user_name.value_or(user.entity.name);
  RETURN_IF_ERROR(context.authorizer.RequireFor("UpdateUser", TargetOf(user, ArnOf(user))));
  RETURN_IF_ERROR(CheckNameIsFree<User>(context, user.entity.name, user.entity.id));
  context.service.identities.Update(context.transaction, user);
  return base::NoOutput{};
}

Result<base::NoOutput> DeleteUser(Context& context, const DeleteUserRequest& request) {
  ASSIGN_OR_RETURN(const Stored<User> user,
                   Authorized<User>(context, "DeleteUser", request.user_name));
  store::IdentityStore& identities = context.service.identities;
  const identity::PolicyHolder& policies = user.entity.policies;
  if (!policies.inline_policies.empty()) return std::unexpected(DeleteConflict("delete policies"));
  if (!policies.attached_policies.empty()) {
    return std::unexpected(DeleteConflict("detach all policies"));
  }
  if (!identities.OwnedBy<identity::AccessKey>(context.transaction, user.entity.id).empty()) {
    return std::unexpected(DeleteConflict("delete access keys"));
  }
  if (!user.entity.groups.empty()) {
    return std::unexpected(DeleteConflict("remove users from group"));
  }
  identities.Remove(context.transaction, user.entity.id);
  return base::NoOutput{};
}

}  // namespace coffer::services::iam
