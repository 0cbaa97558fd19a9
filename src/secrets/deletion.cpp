#include "secrets/deletion.h"

#include <chrono>

namespace coffer::secrets {
namespace {

constexpr std::int64_t kShortestWindowInDays = 7;
constexpr std::int64_t kLongestWindowInDays = 30;
constexpr std::int64_t kDefaultWindowInDays = 30;

}  // namespace

Result<std::optional<std::int64_t>> DeletionWindow(
    std::optional<std::int64_t> recovery_window_in_days, bool force) {
  const std::int64_t days = recovery_window_in_days.value_or(kDefaultWindowInDays);
  if (days < kShortestWindowInDays || days > kLongestWindowInDays) {
    return Fail(ErrorCode::kInvalidParameter,
                "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
  }
  if (!force) return days;
  if (recovery_window_in_days) {
    return Fail(
        ErrorCode::kInvalidParameter,
        "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
  }
  return std::nullopt;
}

Secret Scheduled(Secret secret, Timestamp now, std::int64_t window_in_days) {
  secret.deleted = now;
  secret.purge_at = now + std::chrono::days(window_in_days);
  secret.last_changed = now;
  return secret;
}

Secret Restored(Secret secret, Timestamp now) {
  if (!secret.deleted) return secret;
  secret.deleted.reset();
  secret.purge_at.reset();
  secret.last_changed = now;
  return secret;
}

}  // namespace coffer::secrets
