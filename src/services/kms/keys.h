#pragma once

#include "services/kms/context.h"
#include "services/kms/shapes.h"

/// Looking at keys and switching them: DescribeKey, ListKeys, EnableKey, DisableKey,
/// UpdateKeyDescription (AWS: KMS API reference).
namespace coffer::services::kms {

/// Takes an alias too.
[[nodiscard]] Result<KeyMetadataReply> DescribeKey(Context& context, const KeyIdRequest& request);

struct ListKeysRequest {
  std::optional<std::int64_t> limit;
  std::optional<std::string> marker;

  static constexpr auto Members() {
    return std::tuple{base::Optional("Limit", &ListKeysRequest::limit, kPageSize),
                      base::Optional("Marker", &ListKeysRequest::marker, kMarkerLength)};
  }
};
struct KeyListEntry {
  std::string key_id;
  std::string key_arn;

  static constexpr auto Members() {
    return std::tuple{base::Required("KeyId", &KeyListEntry::key_id),
                      base::Required("KeyArn", &KeyListEntry::key_arn)};
  }
};
struct ListKeysReply {
  std::vector<KeyListEntry> keys;
  std::optional<std::string> next_marker;
  bool is_truncated = false;

  static constexpr auto Members() {
    return std::tuple{base::Required("Keys", &ListKeysReply::keys),
                      base::Optional("NextMarker", &ListKeysReply::next_marker),
                      base::Required("Truncated", &ListKeysReply::is_truncated)};
  }
};
/// By id, 100 on a page unless the request says otherwise.
[[nodiscard]] Result<ListKeysReply> ListKeys(Context& context, const ListKeysRequest& request);

[[nodiscard]] Result<base::NoOutput> EnableKey(Context& context, const KeyIdRequest& request);
/// Nothing is sealed or opened under a disabled key.
[[nodiscard]] Result<base::NoOutput> DisableKey(Context& context, const KeyIdRequest& request);

struct UpdateKeyDescriptionRequest {
  std::string key_id;
  std::string description;

  static constexpr auto Members() {
    using R = UpdateKeyDescriptionRequest;
    return std::tuple{base::Required("KeyId", &R::key_id, kKeyIdLength),
                      base::Required("Description", &R::description, kDescriptionLength)};
  }
};
[[nodiscard]] Result<base::NoOutput> UpdateKeyDescription(
    Context& context, const UpdateKeyDescriptionRequest& request);

}  // namespace coffer::services::kms
