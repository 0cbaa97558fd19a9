#include "services/iam/users.h"

#include <array>
#include <utility>

namespace coffer::services::iam {
namespace {

using identity::User;
using store::Stored;

std::string ArnOf(const Stored<User>& user) {
  return identity::ArnOf(user.account, User::kKind, user.entity.path, user.entity.name);
}

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

Result<void> CheckPath(const std::optional<std::string>& path) {
  if (!path || identity::IsPath(*path)) return {};
  return Fail(ErrorCode::kValidation,
              "The specified value for path is invalid. It must begin and end with / and contain "
              "only alphanumeric characters and/or / characters.");
}

}  // namespace

Result<Stored<User>> AuthorizedUser(Context& context, std::string_view operation,
                                    std::string_view name) {
  auto found = context.service.identities.Find<User>(context.transaction, context.account, name);
  const std::string arn =
      found ? ArnOf(*found) : identity::ArnOf(context.account, User::kKind, "/", name);
  RETURN_IF_ERROR(context.authorizer.Require(operation, arn));
  if (!found) {
    return Fail(ErrorCode::kNoSuchEntity,
                "The user with name " + std::string(name) + " cannot be found.");
  }
  return *std::move(found);
}

Result<UserReply> CreateUser(Context& context, const CreateUserRequest& request) {
  RETURN_IF_ERROR(CheckPath(request.path));
  const std::string path = request.path.value_or("/");
  RETURN_IF_ERROR(context.authorizer.Require(
      "CreateUser", identity::ArnOf(context.account, User::kKind, path, request.user_name)));
  store::IdentityStore& identities = context.service.identities;
  if (identities.Find<User>(context.transaction, context.account, request.user_name)) {
    return Fail(ErrorCode::kEntityAlreadyExists,
                "User with name " + request.user_name + " already exists.");
  }
  if (request.permissions_boundary) {
    return Fail(ErrorCode::kNotImplemented, "Coffer has no permissions boundaries yet.");
  }
  ASSIGN_OR_RETURN(std::vector<identity::Tag> tags, ToRules(request.tags));
  std::array<std::byte, identity::kIdRandomBytes> random_bytes{};
  context.service.random.Fill(random_bytes);
  Stored<User> user{.account = std::string(context.account),
                    .entity = {.id = identity::UniqueId("AIDA", random_bytes),
                               .name = request.user_name,
                               .path = path,
                               .created = context.now,
                               .tags = std::move(tags)}};
  identities.Insert(context.transaction, user);
  return UserReply{ShapeOf(user)};
}

Result<UserReply> GetUser(Context& context, const GetUserRequest& request) {
  if (request.user_name || !context.caller_name.empty()) {
    ASSIGN_OR_RETURN(const Stored<User> user,
                     AuthorizedUser(context, "GetUser",
                                    request.user_name ? std::string_view(*request.user_name)
                                                      : context.caller_name));
    return UserReply{ShapeOf(user)};
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
  const auto take = [&](const Stored<User>& user) {
    if (!user.entity.path.starts_with(prefix)) return true;
    reply.is_truncated = reply.users.size() == request.size();
    if (reply.is_truncated) {
      reply.marker = reply.users.back().user_name;
      return false;
    }
    reply.users.push_back(ShapeOf(user));
    reply.users.back().tags.reset();  // Lists do not show them.
    return true;
  };
  context.service.identities.List<User>(context.transaction, context.account, request.after(),
                                        take);
  return reply;
}

Result<base::NoOutput> DeleteUser(Context& context, const DeleteUserRequest& request) {
  ASSIGN_OR_RETURN(const Stored<User> user,
                   AuthorizedUser(context, "DeleteUser", request.user_name));
  store::IdentityStore& identities = context.service.identities;
  const auto conflict = [](std::string_view what) {
    return Fail(ErrorCode::kDeleteConflict,
                "Cannot delete entity, must " + std::string(what) + " first.");
  };
  const identity::PolicyHolder& policies = user.entity.policies;
  if (!policies.inline_policies.empty()) return conflict("delete policies");
  if (!policies.attached_policies.empty()) return conflict("detach all policies");
  if (!identities.OwnedBy<identity::AccessKey>(context.transaction, user.entity.id).empty()) {
    return conflict("delete access keys");
  }
  if (!user.entity.groups.empty()) return conflict("remove users from group");
  identities.Remove(context.transaction, user.entity.id);
  return base::NoOutput{};
}

}  // namespace coffer::services::iam
