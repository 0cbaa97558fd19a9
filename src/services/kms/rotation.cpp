#include "services/kms/rotation.h"

#include "services/kms/key_identifier.h"
#include "services/kms/key_state.h"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace coffer::services::kms {
namespace {

constexpr std::ptrdiff_t kMaxOnDemand = 25;

// A key whose material may be changed now.
Result<AuthorizedKey> AuthorizeRotation(Context& context, std::string_view operation,
                                        const std::string& key_id) {
  RETURN_IF_ERROR(RefuseAlias(key_id));
  ASSIGN_OR_RETURN(AuthorizedKey key, context.authorizer.Authorize(operation, key_id));
  RETURN_IF_ERROR(RequireEnabled(key));
  return key;
}

// All material of the key, oldest first; the first was never rotated to.
std::vector<RotationsListEntry> MaterialOf(const AuthorizedKey& key) {
  const auto entry = [&](std::uint32_t version) {
    return RotationsListEntry{.key_id = key.row().name,
                              .key_material_id = MaterialIdOf(key.row(), version),
                              .key_material_state = {},
                              .rotation_date = {},
                              .rotation_type = {}};
  };
  std::vector<RotationsListEntry> entries{entry(1)};
  for (const store::KeyRotation& rotation : key.life().rotations) {
    RotationsListEntry& added =
        entries.emplace_back(entry(static_cast<std::uint32_t>(rotation.version)));
    added.rotation_date = rotation.date;
    added.rotation_type = rotation.is_on_demand ? "ON_DEMAND" : "AUTOMATIC";
  }
  return entries;
}

// How many entries the pages before have shown.
Result<std::size_t> ParsePosition(const std::optional<std::string>& marker, std::size_t first) {
  ASSIGN_OR_RETURN(const std::string text, ParseMarker(marker));
  std::size_t position = first;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), position);
  if (text.empty() || (fault == std::errc() && end == text.data() + text.size())) return position;
  return Fail(ErrorCode::kInvalidMarker, "The marker is invalid.");
}

}  // namespace

Result<base::NoOutput> EnableKeyRotation(Context& context,
                                         const EnableKeyRotationRequest& request) {
  ASSIGN_OR_RETURN(const AuthorizedKey key,
                   AuthorizeRotation(context, "EnableKeyRotation", request.key_id));
  const std::int64_t days = request.rotation_period_in_days.value_or(store::kUsualRotationDays);
  store::KeyLife life = key.life();
  if (life.next_rotation && life.rotation_period_days == days) return base::NoOutput{};
  life.rotation_period_days = days;
  life.next_rotation = context.now + std::chrono::days(days);
  context.service.keyring.key_lives().Put(context.transaction, key.row().id, life);
  return base::NoOutput{};
}

Result<base::NoOutput> DisableKeyRotation(Context& context, const KeyIdRequest& request) {
  ASSIGN_OR_RETURN(const AuthorizedKey key,
                   AuthorizeRotation(context, "DisableKeyRotation", request.key_id));
  store::KeyLife life = key.life();
  life.next_rotation.reset();
  context.service.keyring.key_lives().Put(context.transaction, key.row().id, life);
  return base::NoOutput{};
}

Result<GetKeyRotationStatusReply> GetKeyRotationStatus(Context& context,
                                                       const KeyIdRequest& request) {
  RETURN_IF_ERROR(RefuseAlias(request.key_id));
  ASSIGN_OR_RETURN(const AuthorizedKey key,
                   context.authorizer.Authorize("GetKeyRotationStatus", request.key_id));
  GetKeyRotationStatusReply reply{.key_id = key.row().name,
                                  .is_enabled = false,
                                  .rotation_period_in_days = {},
                                  .next_rotation_date = {}};
  const store::KeyLife& life = key.life();
  if (!life.next_rotation || life.destruction) return reply;
  reply.is_enabled = true;
  reply.rotation_period_in_days = life.rotation_period_days;
  reply.next_rotation_date = life.next_rotation;
  return reply;
}

Result<RotateKeyOnDemandReply> RotateKeyOnDemand(Context& context, const KeyIdRequest& request) {
  ASSIGN_OR_RETURN(const AuthorizedKey key,
                   AuthorizeRotation(context, "RotateKeyOnDemand", request.key_id));
  store::KeyLife life = key.life();
  if (std::ranges::count(life.rotations, true, &store::KeyRotation::is_on_demand) >= kMaxOnDemand) {
    return Fail(ErrorCode::kLimitExceeded,
                "A key can be rotated on demand 25 times. Use a schedule, or another key.");
  }
  store::KeyRow row = key.row();
  keyring::Keyring& keyring = context.service.keyring;
  keyring.Rotate(context.transaction, row);
  life.rotations.push_back(
      {.version = row.primary_version, .date = context.now, .is_on_demand = true});
  keyring.key_lives().Put(context.transaction, row.id, life);
  return RotateKeyOnDemandReply{row.name};
}

Result<ListKeyRotationsReply> ListKeyRotations(Context& context,
                                               const ListKeyRotationsRequest& request) {
  constexpr std::int64_t kUsualPage = 100;
  RETURN_IF_ERROR(RefuseAlias(request.key_id));
  ASSIGN_OR_RETURN(const AuthorizedKey key,
                   context.authorizer.Authorize("ListKeyRotations", request.key_id));
  std::vector<RotationsListEntry> all = MaterialOf(key);
  const bool is_all_wanted = request.include_key_material == kAllMaterial;
  if (is_all_wanted) {
    for (RotationsListEntry& entry : all) entry.key_material_state = "NON_CURRENT";
    all.back().key_material_state = "CURRENT";
  }
  ASSIGN_OR_RETURN(std::size_t next, ParsePosition(request.marker, is_all_wanted ? 0 : 1));
  const auto page_size = static_cast<std::size_t>(request.limit.value_or(kUsualPage));
  ListKeyRotationsReply reply;
  for (; next < all.size() && reply.rotations.size() < page_size; ++next) {
    reply.rotations.push_back(std::move(all[next]));
  }
  reply.is_truncated = next < all.size();
  if (reply.is_truncated) reply.next_marker = FormatMarker(std::to_string(next));
  return reply;
}

}  // namespace coffer::services::kms
