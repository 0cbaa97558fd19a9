#pragma once

#include "services/iam/context.h"
#include "services/iam/roles.h"
#include "services/iam/shapes.h"

/// Tags of roles: TagRole, UntagRole, ListRoleTags (AWS: IAM API reference).
namespace coffer::services::iam {

struct TagRoleRequest {
  std::string role_name;
  std::vector<Tag> tags;

  static constexpr auto Members() {
    using Self = TagRoleRequest;
    return std::tuple{base::Required("RoleName", &Self::role_name, kRoleNameLength, kNamePattern),
                      base::Required("Tags", &Self::tags, {0, kMaxTags})};
  }
};
/// A key that is there in another letter case is replaced.
[[nodiscard]] Result<base::NoOutput> TagRole(Context& context, const TagRoleRequest& request);

struct UntagRoleRequest {
  std::string role_name;
  std::vector<std::string> tag_keys;

  static constexpr auto Members() {
    using Self = UntagRoleRequest;
    return std::tuple{
        base::Required("RoleName", &Self::role_name, kRoleNameLength, kNamePattern),
        base::Required("TagKeys", &Self::tag_keys, {0, kMaxTags}, {.item_range = {1, 128}})};
  }
};
[[nodiscard]] Result<base::NoOutput> UntagRole(Context& context, const UntagRoleRequest& request);

struct ListRoleTagsRequest {
  std::string role_name;
  std::optional<std::string> marker;
  std::optional<std::int64_t> max_items;

  static constexpr auto Members() {
    using Self = ListRoleTagsRequest;
    return std::tuple{base::Required("RoleName", &Self::role_name, kRoleNameLength, kNamePattern),
                      base::Optional("Marker", &Self::marker, kMarkerLength),
                      base::Optional("MaxItems", &Self::max_items, kPageSize)};
  }
};
struct ListRoleTagsReply {
  std::vector<Tag> tags;
  bool is_truncated = false;
  std::optional<std::string> marker;

  static constexpr auto Members() {
    return std::tuple{base::Required("Tags", &ListRoleTagsReply::tags),
                      base::Required("IsTruncated", &ListRoleTagsReply::is_truncated),
                      base::Optional("Marker", &ListRoleTagsReply::marker)};
  }
};
[[nodiscard]] Result<ListRoleTagsReply> ListRoleTags(Context& context,
                                                     const ListRoleTagsRequest& request);

}  // namespace coffer::services::iam
