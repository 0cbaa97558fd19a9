#include "services/iam/role_tags.h"

#include <algorithm>
#include <utility>

namespace coffer::services::iam {
namespace {

using identity::Role;
using store::Stored;

auto HasKey(std::string_view key) {
  return [key = identity::NameKey(key)](const identity::Tag& tag) {
    return identity::NameKey(tag.key) == key;
  };
}

}  // namespace

Result<base::NoOutput> TagRole(Context& context, const TagRoleRequest& request) {
  ASSIGN_OR_RETURN(Stored<Role> role, AuthorizedRole(context, "TagRole", request.role_name));
  ASSIGN_OR_RETURN(std::vector<identity::Tag> added, ToRules(request.tags));
  std::vector<identity::Tag>& tags = role.entity.tags;
  for (identity::Tag& tag : added) {
    const auto found = std::ranges::find_if(tags, HasKey(tag.key));
    if (found == tags.end()) {
      tags.push_back(std::move(tag));
    } else {
      *found = std::move(tag);
    }
  }
  if (tags.size() > kMaxTags) {
    return Fail(ErrorCode::kLimitExceeded, "Cannot exceed quota for TagsPerRole: 50");
  }
  context.service.identities.Update(context.transaction, role);
  return base::NoOutput{};
}

Result<base::NoOutput> UntagRole(Context& context, const UntagRoleRequest& request) {
  ASSIGN_OR_RETURN(Stored<Role> role, AuthorizedRole(context, "UntagRole", request.role_name));
  for (const std::string& key : request.tag_keys) std::erase_if(role.entity.tags, HasKey(key));
  context.service.identities.Update(context.transaction, role);
  return base::NoOutput{};
}

Result<ListRoleTagsReply> ListRoleTags(Context& context, const ListRoleTagsRequest& request) {
  ASSIGN_OR_RETURN(const Stored<Role> role,
                   AuthorizedRole(context, "ListRoleTags", request.role_name));
  const Page page{.marker = request.marker, .max_items = request.max_items};
  std::vector<identity::Tag> tags = role.entity.tags;
  std::ranges::sort(tags, {}, &identity::Tag::key);
  ListRoleTagsReply reply;
  for (const identity::Tag& tag : tags) {
    if (tag.key <= page.after()) continue;
    reply.is_truncated = reply.tags.size() == page.size();
    if (reply.is_truncated) {
      reply.marker = reply.tags.back().key;
      break;
    }
    reply.tags.push_back({.key = tag.key, .value = tag.value});
  }
  return reply;
}

}  // namespace coffer::services::iam
