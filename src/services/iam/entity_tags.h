#pragma once

#include "services/iam/context.h"
#include "services/iam/lookup.h"
#include "services/iam/paging.h"

#include <type_traits>

/// Tags of users, roles and managed policies: TagUser, UntagRole, ListPolicyTags and so on (AWS:
/// IAM API reference). Keys are the same whatever their letter case.
namespace coffer::services::iam {

/// The member of a request that says whose tags are meant: users and roles by their names, a policy
/// by its ARN.
template <class Entity, class Request>
[[nodiscard]] constexpr auto NameMember(std::string Request::*field) {
  if constexpr (std::is_same_v<Entity, identity::ManagedPolicy>) {
    return base::Required("PolicyArn", field, kArnLength);
  } else {
    return base::Required(Spelling<Entity>::kNameMember, field, kLookupNameLength, kNamePattern);
  }
}

template <class Entity>
struct TagEntityRequest {
  std::string name;
  std::vector<Tag> tags;

  static constexpr auto Members() {
    return std::tuple{NameMember<Entity>(&TagEntityRequest::name),
                      base::Required("Tags", &TagEntityRequest::tags)};
  }
};
/// A policy of AWS takes no tags: AccessDenied.
template <class Entity>
[[nodiscard]] Result<base::NoOutput> TagEntity(Context& context,
                                               const TagEntityRequest<Entity>& request);

template <class Entity>
struct UntagEntityRequest {
  std::string name;
  std::vector<std::string> tag_keys;

  static constexpr auto Members() {
    return std::tuple{
        NameMember<Entity>(&UntagEntityRequest::name),
        base::Required("TagKeys", &UntagEntityRequest::tag_keys, {}, {.item_range = {1, 128}})};
  }
};
/// Keys that are not there do not matter.
template <class Entity>
[[nodiscard]] Result<base::NoOutput> UntagEntity(Context& context,
                                                 const UntagEntityRequest<Entity>& request);

template <class Entity>
struct ListEntityTagsRequest : Page {
  std::string name;

  static constexpr auto Members() {
    return std::tuple_cat(std::tuple{NameMember<Entity>(&ListEntityTagsRequest::name)},
                          PageMembers<ListEntityTagsRequest>());
  }
};
inline constexpr std::string_view kTags = "Tags";
using ListEntityTagsReply = ListReply<kTags, Tag>;
template <class Entity>
[[nodiscard]] Result<ListEntityTagsReply> ListEntityTags(
    Context& context, const ListEntityTagsRequest<Entity>& request);

}  // namespace coffer::services::iam
