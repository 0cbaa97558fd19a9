#pragma once

#include "services/iam/context.h"
#include "services/iam/groups.h"
#include "services/iam/paging.h"

#include <functional>

/// Who is in which group: AddUserToGroup, RemoveUserFromGroup, ListGroupsForUser (AWS: IAM API
/// reference). A user knows his groups; a group does not know its users.
namespace coffer::services::iam {

inline constexpr std::size_t kMaxGroupsOfUser = 10;

struct MembershipRequest {
  std::string group_name;
  std::string user_name;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("GroupName", &MembershipRequest::group_name, kGroupNameLength, kNamePattern),
        base::Required("UserName", &MembershipRequest::user_name, {1, 128}, kNamePattern)};
  }
};
/// Both are permitted by the group's ARN alone. Adding a member once more changes nothing.
[[nodiscard]] Result<base::NoOutput> AddUserToGroup(Context& context,
                                                    const MembershipRequest& request);
[[nodiscard]] Result<base::NoOutput> RemoveUserFromGroup(Context& context,
                                                         const MembershipRequest& request);

struct ListGroupsForUserRequest : Page {
  std::string user_name;

  static constexpr auto Members() {
    return std::tuple_cat(
        std::tuple{base::Required("UserName", &ListGroupsForUserRequest::user_name, {1, 128},
                                  kNamePattern)},
        PageMembers<ListGroupsForUserRequest>());
  }
};
[[nodiscard]] Result<ListGroupsReply> ListGroupsForUser(Context& context,
                                                        const ListGroupsForUserRequest& request);

/// Calls `each` with the members of the group, by name, behind the name `after`, until it returns
/// false.
void ForEachMember(Context& context, std::string_view group_id, std::string_view after,
                   const std::function<bool(const store::Stored<identity::User>&)>& each);

}  // namespace coffer::services::iam
