#include "services/kms/deletion.h"

#include "services/kms/key_identifier.h"
#include "services/kms/key_state.h"

#include <chrono>

namespace coffer::services::kms {

Result<void> ScheduleKeyDeletionRequest::Check() const {
  constexpr std::int64_t kShortest = 7;
  constexpr std::int64_t kLongest = 30;
  const std::int64_t days = pending_window_in_days.value_or(kLongest);
  if (days >= kShortest && days <= kLongest) return {};
  return Fail(ErrorCode::kValidation, "PendingWindowInDays must be between 7 and 30.");
}

// The flag that reads of secrets look at is the one of a disabled key.
Result<ScheduleKeyDeletionReply> ScheduleKeyDeletion(Context& context,
                                                     const ScheduleKeyDeletionRequest& request) {
  constexpr std::int64_t kUsualWindow = 30;
  RETURN_IF_ERROR(RefuseAlias(request.key_id));
  ASSIGN_OR_RETURN(const AuthorizedKey key,
                   context.authorizer.Authorize("ScheduleKeyDeletion", request.key_id));
  RETURN_IF_ERROR(RequireNotPendingDeletion(key));
  const std::int64_t days = request.pending_window_in_days.value_or(kUsualWindow);
  store::KeySettings settings = key.settings();
  settings.is_enabled = false;
  store::KeyLife life = key.life();
  life.destruction = context.now + std::chrono::days(days);
  keyring::Keyring& keyring = context.service.keyring;
  keyring.key_settings().Put(context.transaction, key.row().id, settings);
  keyring.key_lives().Put(context.transaction, key.row().id, life);
  keyring.Forget(context.transaction, key.row().id);
  return ScheduleKeyDeletionReply{.key_id = ArnOf(key.row()),
                                  .deletion_date = *life.destruction,
                                  .key_state = std::string(NameOf(StateOf(settings, life))),
                                  .pending_window_in_days = days};
}

Result<CancelKeyDeletionReply> CancelKeyDeletion(Context& context, const KeyIdRequest& request) {
  RETURN_IF_ERROR(RefuseAlias(request.key_id));
  ASSIGN_OR_RETURN(const AuthorizedKey key,
                   context.authorizer.Authorize("CancelKeyDeletion", request.key_id));
  const std::string arn = ArnOf(key.row());
  if (!key.life().destruction) {
    return Fail(ErrorCode::kInvalidKeyState, arn + " is not pending deletion.");
  }
  store::KeyLife life = key.life();
  life.destruction.reset();
  context.service.keyring.key_lives().Put(context.transaction, key.row().id, life);
  return CancelKeyDeletionReply{arn};
}

}  // namespace coffer::services::kms
