#pragma once

#include "services/kms/context.h"
#include "services/kms/shapes.h"

#include <array>

/// New material for keys: EnableKeyRotation, DisableKeyRotation, GetKeyRotationStatus,
/// RotateKeyOnDemand, ListKeyRotations (AWS: KMS API reference). Id and ARN of a key stay, and so
/// does its older material, for what it has sealed. jobs::KeyUpkeep rotates by schedule.
namespace coffer::services::kms {

struct EnableKeyRotationRequest {
  std::string key_id;
  std::optional<std::int64_t> rotation_period_in_days;

  static constexpr auto Members() {
    using R = EnableKeyRotationRequest;
    return std::tuple{
        base::Required("KeyId", &R::key_id, kKeyIdLength),
        base::Optional("RotationPeriodInDays", &R::rotation_period_in_days, {90, 2560})};
  }
};
/// The first rotation comes a period from now; the schedule of a key that has the same one stays.
[[nodiscard]] Result<base::NoOutput> EnableKeyRotation(Context& context,
                                                       const EnableKeyRotationRequest& request);
[[nodiscard]] Result<base::NoOutput> DisableKeyRotation(Context& context,
                                                        const KeyIdRequest& request);

struct GetKeyRotationStatusReply {
  std::string key_id;
  bool is_enabled = false;
  std::optional<std::int64_t> rotation_period_in_days;
  std::optional<Timestamp> next_rotation_date;

  static constexpr auto Members() {
    using R = GetKeyRotationStatusReply;
    return std::tuple{base::Required("KeyId", &R::key_id),
                      base::Required("KeyRotationEnabled", &R::is_enabled),
                      base::Optional("RotationPeriodInDays", &R::rotation_period_in_days),
                      base::Optional("NextRotationDate", &R::next_rotation_date)};
  }
};
/// Not enabled while the key is to be deleted.
[[nodiscard]] Result<GetKeyRotationStatusReply> GetKeyRotationStatus(Context& context,
                                                                     const KeyIdRequest& request);

struct RotateKeyOnDemandReply {
  std::string key_id;

  static constexpr auto Members() {
    return std::tuple{base::Required("KeyId", &RotateKeyOnDemandReply::key_id)};
  }
};
/// At once; a schedule stays as it is. LimitExceeded after 25 of a key (AWS: resource quotas).
[[nodiscard]] Result<RotateKeyOnDemandReply> RotateKeyOnDemand(Context& context,
                                                               const KeyIdRequest& request);

inline constexpr std::string_view kAllMaterial = "ALL_KEY_MATERIAL";
inline constexpr std::array<std::string_view, 2> kIncludedMaterial{kAllMaterial, "ROTATIONS_ONLY"};

struct ListKeyRotationsRequest {
  std::string key_id;
  std::optional<std::string> include_key_material;
  std::optional<std::int64_t> limit;
  std::optional<std::string> marker;

  static constexpr auto Members() {
    using R = ListKeyRotationsRequest;
    return std::tuple{base::Required("KeyId", &R::key_id, kKeyIdLength),
                      base::Optional("IncludeKeyMaterial", &R::include_key_material, {},
                                     {.allowed = kIncludedMaterial}),
                      base::Optional("Limit", &R::limit, kPageSize),
                      base::Optional("Marker", &R::marker, kMarkerLength)};
  }
};
struct RotationsListEntry {
  std::string key_id;
  std::string key_material_id;
  std::optional<std::string> key_material_state;
  std::optional<Timestamp> rotation_date;
  std::optional<std::string> rotation_type;

  static constexpr auto Members() {
    using R = RotationsListEntry;
    return std::tuple{base::Required("KeyId", &R::key_id),
                      base::Required("KeyMaterialId", &R::key_material_id),
                      base::Optional("KeyMaterialState", &R::key_material_state),
                      base::Optional("RotationDate", &R::rotation_date),
                      base::Optional("RotationType", &R::rotation_type)};
  }
};
struct ListKeyRotationsReply {
  std::vector<RotationsListEntry> rotations;
  std::optional<std::string> next_marker;
  bool is_truncated = false;

  static constexpr auto Members() {
    using R = ListKeyRotationsReply;
    return std::tuple{base::Required("Rotations", &R::rotations),
                      base::Optional("NextMarker", &R::next_marker),
                      base::Required("Truncated", &R::is_truncated)};
  }
};
/// Oldest first, 100 on a page unless the request says otherwise; with ALL_KEY_MATERIAL the key's
/// first material too.
[[nodiscard]] Result<ListKeyRotationsReply> ListKeyRotations(
    Context& context, const ListKeyRotationsRequest& request);

}  // namespace coffer::services::kms
