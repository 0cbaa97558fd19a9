#pragma once

#include "services/iam/context.h"
#include "services/iam/lookup.h"
#include "services/iam/paging.h"

/// Tags of users and roles: TagUser, UntagRole, ListUserTags and so on (AWS: IAM API reference).
/// Keys are the same whatever their letter case.
namespace coffer::services::iam {

template <class Entity>
struct TagEntityRequest {
  std::string name;
  std::vector<Tag> tags;

  static constexpr auto Members() {
    return std::tuple{base::Required(Spelling<Entity>::kNameMember, &TagEntityRequest::name,
                                     kLookupNameLength, kNamePattern),
                      base::Required("Tags", &TagEntityRequest::tags)};
  }
};
template <class Entity>
[[nodiscard]] Result<base::NoOutput> TagEntity(Context& context,
                                               const TagEntityRequest<Entity>& request);

template <class Entity>
struct UntagEntityRequest {
  std::string name;
  std::vector<std::string> tag_keys;

  static constexpr auto Members() {
    return std::tuple{
        base::Required(Spelling<Entity>::kNameMember, &UntagEntityRequest::name, kLookupNameLength,
                       kNamePattern),
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
    return std::tuple_cat(
        std::tuple{base::Required(Spelling<Entity>::kNameMember, &ListEntityTagsRequest::name,
                                  kLookupNameLength, kNamePattern)},
        PageMembers<ListEntityTagsRequest>());
  }
};
inline constexpr std::string_view kTags = "Tags";
using ListEntityTagsReply = ListReply<kTags, Tag>;
template <class Entity>
[[nodiscard]] Result<ListEntityTagsReply> ListEntityTags(
    Context& context, const ListEntityTagsRequest<Entity>& request);

}  // namespace coffer::services::iam
