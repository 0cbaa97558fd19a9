#include "services/kms/shapes.h"

#include "base/encoding.h"
#include "services/kms/key_identifier.h"
#include "services/kms/key_state.h"

#include <algorithm>

namespace coffer::services::kms {

Result<std::vector<secrets::Tag>> WithTags(std::vector<secrets::Tag> tags,
                                           std::span<const Tag> added) {
  std::vector<std::string_view> keys;
  for (const Tag& tag : added) {
    if (tag.key.starts_with("aws:")) {
      return Fail(ErrorCode::kTag, "Tags beginning with aws: are reserved");
    }
    keys.push_back(tag.key);
    const auto known = std::ranges::find(tags, tag.key, &secrets::Tag::key);
    if (known == tags.end()) {
      tags.push_back({.key = tag.key, .value = tag.value});
    } else {
      known->value = tag.value;
    }
  }
  std::ranges::sort(keys);
  if (std::ranges::adjacent_find(keys) != keys.end()) {
    return Fail(ErrorCode::kTag, "Duplicate tag keys");
  }
  if (tags.size() > kMaxTags) return Fail(ErrorCode::kTag, "Too many tags");
  return tags;
}

KeyMetadata MetadataOf(const store::KeyRow& key, const store::KeySettings& settings,
                       const store::KeyLife& life) {
  return {.account = key.account,
          .key_id = key.name,
          .arn = ArnOf(key),
          .creation_date = key.created,
          .is_enabled = settings.is_enabled,
          .description = key.is_default ? "Default key that protects my Secrets Manager data when "
                                          "no other key is defined"
                                        : settings.description,
          .key_usage = "ENCRYPT_DECRYPT",
          .key_state = std::string(NameOf(StateOf(settings, life))),
          .origin = "AWS_KMS",
          .key_manager = key.is_default ? "AWS" : "CUSTOMER",
          .key_spec = "SYMMETRIC_DEFAULT",
          .algorithms = {"SYMMETRIC_DEFAULT"},
          .multi_region = false,
          .deletion_date = life.destruction,
          .current_key_material_id = MaterialIdOf(key, key.primary_version)};
}

std::string FormatMarker(std::string_view name) {
  std::string marker(base::Base64Length(name.size()), '\0');
  base::EncodeBase64(base::AsBytes(name), marker.data());
  return marker;
}

Result<std::string> ParseMarker(const std::optional<std::string>& marker) {
  if (!marker) return std::string();
  std::vector<std::byte> raw(marker->size());
  const std::optional<std::size_t> size = base::DecodeBase64(*marker, raw.data());
  if (!size) return Fail(ErrorCode::kInvalidMarker, "The marker is invalid.");
  return std::string(base::AsText(std::span(raw).first(*size)));
}

}  // namespace coffer::services::kms
