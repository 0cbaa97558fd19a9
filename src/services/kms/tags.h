#pragma once

#include "services/kms/context.h"
#include "services/kms/shapes.h"

/// TagResource, UntagResource, ListResourceTags (AWS: KMS API reference).
namespace coffer::services::kms {

struct TagResourceRequest {
  std::string key_id;
  std::vector<Tag> tags;

  static constexpr auto Members() {
    return std::tuple{base::Required("KeyId", &TagResourceRequest::key_id, kKeyIdLength),
                      base::Required("Tags", &TagResourceRequest::tags, {0, 200})};
  }
};
[[nodiscard]] Result<base::NoOutput> TagResource(Context& context,
                                                 const TagResourceRequest& request);

struct UntagResourceRequest {
  std::string key_id;
  std::vector<std::string> tag_keys;

  static constexpr auto Members() {
    using R = UntagResourceRequest;
    return std::tuple{base::Required("KeyId", &R::key_id, kKeyIdLength),
                      base::Required("TagKeys", &R::tag_keys, {0, 200}, {.item_range = {1, 128}})};
  }
};
[[nodiscard]] Result<base::NoOutput> UntagResource(Context& context,
                                                   const UntagResourceRequest& request);

struct ListResourceTagsRequest {
  std::string key_id;
  std::optional<std::int64_t> limit;
  std::optional<std::string> marker;

  static constexpr auto Members() {
    using R = ListResourceTagsRequest;
    return std::tuple{base::Required("KeyId", &R::key_id, kKeyIdLength),
                      base::Optional("Limit", &R::limit, kPageSize),
                      base::Optional("Marker", &R::marker, kMarkerLength)};
  }
};
struct ListResourceTagsReply {
  std::vector<Tag> tags;
  std::optional<std::string> next_marker;
  bool is_truncated = false;

  static constexpr auto Members() {
    return std::tuple{base::Required("Tags", &ListResourceTagsReply::tags),
                      base::Optional("NextMarker", &ListResourceTagsReply::next_marker),
                      base::Required("Truncated", &ListResourceTagsReply::is_truncated)};
  }
};
/// By key, 50 on a page unless the request says otherwise: so all of them.
[[nodiscard]] Result<ListResourceTagsReply> ListResourceTags(
    Context& context, const ListResourceTagsRequest& request);

}  // namespace coffer::services::kms
