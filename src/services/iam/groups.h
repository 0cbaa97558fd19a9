#pragma once

#include "services/iam/context.h"
#include "services/iam/paging.h"
#include "services/iam/shapes.h"
#include "services/iam/users.h"

/// Groups: CreateGroup, GetGroup, ListGroups, UpdateGroup, DeleteGroup (AWS: IAM API reference).
/// Who is in one is `group_members.h`.
namespace coffer::services::iam {

inline constexpr base::Range kGroupNameLength{1, 128};

struct GroupShape {
  std::string path;
  std::string group_name;
  std::string group_id;
  std::string arn;
  Timestamp create_date;

  static constexpr auto Members() {
    return std::tuple{base::Required("Path", &GroupShape::path),
                      base::Required("GroupName", &GroupShape::group_name),
                      base::Required("GroupId", &GroupShape::group_id),
                      base::Required("Arn", &GroupShape::arn),
                      base::Required("CreateDate", &GroupShape::create_date)};
  }
};
[[nodiscard]] GroupShape ShapeOf(const store::Stored<identity::Group>& stored);

struct CreateGroupRequest {
  std::optional<std::string> path;
  std::string group_name;

  static constexpr auto Members() {
    return std::tuple{base::Optional("Path", &CreateGroupRequest::path, kPathLength),
                      base::Required("GroupName", &CreateGroupRequest::group_name, kGroupNameLength,
                                     kNamePattern)};
  }
};
struct CreateGroupReply {
  GroupShape group;

  static constexpr auto Members() {
    return std::tuple{base::Required("Group", &CreateGroupReply::group)};
  }
};
[[nodiscard]] Result<CreateGroupReply> CreateGroup(Context& context,
                                                   const CreateGroupRequest& request);

struct GetGroupRequest : Page {
  std::string group_name;

  static constexpr auto Members() {
    return std::tuple_cat(std::tuple{base::Required("GroupName", &GetGroupRequest::group_name,
                                                    kGroupNameLength, kNamePattern)},
                          PageMembers<GetGroupRequest>());
  }
};
/// The group, and a page of its users.
struct GetGroupReply {
  GroupShape group;
  std::vector<UserShape> users;
  bool is_truncated = false;
  std::optional<std::string> marker;

  static constexpr auto Members() {
    return std::tuple{base::Required("Group", &GetGroupReply::group),
                      base::Required("Users", &GetGroupReply::users),
                      base::Required("IsTruncated", &GetGroupReply::is_truncated),
                      base::Optional("Marker", &GetGroupReply::marker)};
  }
};
[[nodiscard]] Result<GetGroupReply> GetGroup(Context& context, const GetGroupRequest& request);

struct ListGroupsRequest : Page {
  std::optional<std::string> path_prefix;

  static constexpr auto Members() {
    return std::tuple_cat(
        std::tuple{base::Optional("PathPrefix", &ListGroupsRequest::path_prefix, kPathLength)},
        PageMembers<ListGroupsRequest>());
  }
};
inline constexpr std::string_view kGroups = "Groups";
using ListGroupsReply = ListReply<kGroups, GroupShape>;
[[nodiscard]] Result<ListGroupsReply> ListGroups(Context& context,
                                                 const ListGroupsRequest& request);

struct UpdateGroupRequest {
  std::string group_name;
  std::optional<std::string> new_path;
  std::optional<std::string> new_group_name;

  static constexpr auto Members() {
    return std::tuple{base::Required("GroupName", &UpdateGroupRequest::group_name, kGroupNameLength,
                                     kNamePattern),
                      base::Optional("NewPath", &UpdateGroupRequest::new_path, kPathLength),
                      base::Optional("NewGroupName", &UpdateGroupRequest::new_group_name,
                                     kGroupNameLength, kNamePattern)};
  }
};
/// The caller needs the permission for the old ARN and for the new one.
[[nodiscard]] Result<base::NoOutput> UpdateGroup(Context& context,
                                                 const UpdateGroupRequest& request);

struct DeleteGroupRequest {
  std::string group_name;

  static constexpr auto Members() {
    return std::tuple{base::Required("GroupName", &DeleteGroupRequest::group_name, kGroupNameLength,
                                     kNamePattern)};
  }
};
[[nodiscard]] Result<base::NoOutput> DeleteGroup(Context& context,
                                                 const DeleteGroupRequest& request);

}  // namespace coffer::services::iam
