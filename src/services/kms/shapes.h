#pragma once

#include "base/shape.h"
#include "coffer/result.h"
#include "secrets/secret.h"
#include "store/key_life.h"
#include "store/key_settings.h"
#include "store/key_store.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

/// Structures and bounds that several operations share. Bounds are those of AWS's model.
namespace coffer::services::kms {

inline constexpr base::Range kKeyIdLength{1, 2048};
inline constexpr base::Range kAliasLength{1, 256};
inline constexpr base::Range kDescriptionLength{0, 8192};
inline constexpr base::Range kPolicyLength{1, 131072};
inline constexpr base::Range kPolicyNameLength{1, 128};
inline constexpr base::Range kPageSize{1, 1000};
inline constexpr base::Range kMarkerLength{1, 1024};
inline constexpr std::size_t kMaxTags = 50;

struct Tag {
  std::string key;
  std::string value;

  static constexpr auto Members() {
    return std::tuple{base::Required("TagKey", &Tag::key, {1, 128}),
                      base::Required("TagValue", &Tag::value, {0, 256})};
  }
};

/// The tags after TagResource: known keys get the new value in place. TagException.
[[nodiscard]] Result<std::vector<secrets::Tag>> WithTags(std::vector<secrets::Tag> tags,
                                                         std::span<const Tag> added);

struct KeyIdRequest {
  std::string key_id;

  static constexpr auto Members() {
    return std::tuple{base::Required("KeyId", &KeyIdRequest::key_id, kKeyIdLength)};
  }
};

struct KeyMetadata {
  std::string account;
  std::string key_id;
  std::string arn;
  Timestamp creation_date;
  bool is_enabled = true;
  std::string description;
  std::string key_usage;
  std::string key_state;
  std::string origin;
  std::string key_manager;
  std::string key_spec;
  std::vector<std::string> algorithms;
  bool multi_region = false;
  std::optional<Timestamp> deletion_date{};
  std::string current_key_material_id;

  static constexpr auto Members() {
    using R = KeyMetadata;
    return std::tuple{base::Required("AWSAccountId", &R::account),
                      base::Required("KeyId", &R::key_id),
                      base::Required("Arn", &R::arn),
                      base::Required("CreationDate", &R::creation_date),
                      base::Required("Enabled", &R::is_enabled),
                      base::Required("Description", &R::description),
                      base::Required("KeyUsage", &R::key_usage),
                      base::Required("KeyState", &R::key_state),
                      base::Required("Origin", &R::origin),
                      base::Required("KeyManager", &R::key_manager),
                      base::Required("CustomerMasterKeySpec", &R::key_spec),
                      base::Required("KeySpec", &R::key_spec),
                      base::Required("EncryptionAlgorithms", &R::algorithms),
                      base::Required("MultiRegion", &R::multi_region),
                      base::Optional("DeletionDate", &R::deletion_date),
                      base::Required("CurrentKeyMaterialId", &R::current_key_material_id)};
  }
};
[[nodiscard]] KeyMetadata MetadataOf(const store::KeyRow& key, const store::KeySettings& settings,
                                     const store::KeyLife& life);

struct KeyMetadataReply {
  KeyMetadata key_metadata;

  static constexpr auto Members() {
    return std::tuple{base::Required("KeyMetadata", &KeyMetadataReply::key_metadata)};
  }
};

/// The opaque Marker: the last name of the page before.
[[nodiscard]] std::string FormatMarker(std::string_view name);
/// Empty without a marker. InvalidMarker for what FormatMarker did not make.
[[nodiscard]] Result<std::string> ParseMarker(const std::optional<std::string>& marker);

}  // namespace coffer::services::kms
