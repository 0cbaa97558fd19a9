#pragma once

#include "services/iam/context.h"
#include "services/iam/paging.h"
#include "services/iam/shapes.h"

/// Users: CreateUser, GetUser, ListUsers, UpdateUser, DeleteUser (AWS: IAM API reference).
namespace coffer::services::iam {

struct UserShape {
  std::string path;
  std::optional<std::string> user_name;  ///< Absent for the root user.
  std::string user_id;
  std::string arn;
  Timestamp create_date;
  std::optional<AttachedBoundary> permissions_boundary;
  Tags tags;

  static constexpr auto Members() {
    return std::tuple{base::Required("Path", &UserShape::path),
                      base::Optional("UserName", &UserShape::user_name),
                      base::Required("UserId", &UserShape::user_id),
                      base::Required("Arn", &UserShape::arn),
                      base::Required("CreateDate", &UserShape::create_date),
                      base::Optional("PermissionsBoundary", &UserShape::permissions_boundary),
                      base::Optional("Tags", &UserShape::tags)};
  }
};

[[nodiscard]] UserShape ShapeOf(const store::Stored<identity::User>& stored);

struct UserReply {
  UserShape user;

  static constexpr auto Members() { return std::tuple{base::Required("User", &UserReply::user)}; }
};

struct CreateUserRequest {
  std::optional<std::string> path;
  std::string user_name;
  std::optional<std::string> permissions_boundary;
  Tags tags;

  static constexpr auto Members() {
    return std::tuple{
        base::Optional("Path", &CreateUserRequest::path, kPathLength),
        base::Required("UserName", &CreateUserRequest::user_name, kUserNameLength, kNamePattern),
        base::Optional("PermissionsBoundary", &CreateUserRequest::permissions_boundary, kArnLength),
        base::Optional("Tags", &CreateUserRequest::tags)};
  }
};
[[nodiscard]] Result<UserReply> CreateUser(Context& context, const CreateUserRequest& request);

struct GetUserRequest {
  std::optional<std::string> user_name;  ///< Absent = the caller.

  static constexpr auto Members() {
    return std::tuple{
        base::Optional("UserName", &GetUserRequest::user_name, {1, 128}, kNamePattern)};
  }
};
[[nodiscard]] Result<UserReply> GetUser(Context& context, const GetUserRequest& request);

struct ListUsersRequest : Page {
  std::optional<std::string> path_prefix;

  static constexpr auto Members() {
    return std::tuple_cat(
        std::tuple{base::Optional("PathPrefix", &ListUsersRequest::path_prefix, kPathLength)},
        PageMembers<ListUsersRequest>());
  }
};
inline constexpr std::string_view kUsers = "Users";
using ListUsersReply = ListReply<kUsers, UserShape>;
[[nodiscard]] Result<ListUsersReply> ListUsers(Context& context, const ListUsersRequest& request);

struct UpdateUserRequest {
  std::string user_name;
  std::optional<std::string> new_path;
  std::optional<std::string> new_user_name;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("UserName", &UpdateUserRequest::user_name, {1, 128}, kNamePattern),
        base::Optional("NewPath", &UpdateUserRequest::new_path, kPathLength),
        base::Optional("NewUserName", &UpdateUserRequest::new_user_name, kUserNameLength,
                       kNamePattern)};
  }
};
/// The caller needs the permission for the old ARN and for the new one.
[[nodiscard]] Result<base::NoOutput> UpdateUser(Context& context, const UpdateUserRequest& request);

struct DeleteUserRequest {
  std::string user_name;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("UserName", &DeleteUserRequest::user_name, {1, 128}, kNamePattern)};
  }
};
[[nodiscard]] Result<base::NoOutput> DeleteUser(Context& context, const DeleteUserRequest& request);

}  // namespace coffer::services::iam
