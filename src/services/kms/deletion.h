#pragma once

#include "services/kms/context.h"
#include "services/kms/shapes.h"

/// The end of keys: ScheduleKeyDeletion, CancelKeyDeletion (AWS: KMS API reference).
/// jobs::KeyUpkeep destroys what is due.
namespace coffer::services::kms {

struct ScheduleKeyDeletionRequest {
  std::string key_id;
  std::optional<std::int64_t> pending_window_in_days;

  static constexpr auto Members() {
    using R = ScheduleKeyDeletionRequest;
    return std::tuple{base::Required("KeyId", &R::key_id, kKeyIdLength),
                      base::Optional("PendingWindowInDays", &R::pending_window_in_days, {1, 365})};
  }

  /// Validation for a window that is not of 7 to 30 days.
  [[nodiscard]] Result<void> Check() const;
};
struct ScheduleKeyDeletionReply {
  std::string key_id;  ///< The ARN.
  Timestamp deletion_date;
  std::string key_state;
  std::int64_t pending_window_in_days = 0;

  static constexpr auto Members() {
    using R = ScheduleKeyDeletionReply;
    return std::tuple{base::Required("KeyId", &R::key_id),
                      base::Required("DeletionDate", &R::deletion_date),
                      base::Required("KeyState", &R::key_state),
                      base::Required("PendingWindowInDays", &R::pending_window_in_days)};
  }
};
/// Nothing is sealed or opened under the key from now on; after the window it is destroyed.
[[nodiscard]] Result<ScheduleKeyDeletionReply> ScheduleKeyDeletion(
    Context& context, const ScheduleKeyDeletionRequest& request);

struct CancelKeyDeletionReply {
  std::string key_id;  ///< The ARN.

  static constexpr auto Members() {
    return std::tuple{base::Required("KeyId", &CancelKeyDeletionReply::key_id)};
  }
};
/// The key is disabled then.
[[nodiscard]] Result<CancelKeyDeletionReply> CancelKeyDeletion(Context& context,
                                                               const KeyIdRequest& request);

}  // namespace coffer::services::kms
