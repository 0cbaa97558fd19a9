#include "secrets/rotation_job.h"

namespace coffer::secrets {

std::string_view NameOf(RotationState state) {
  switch (state) {
    case RotationState::kWaiting:
      return "waiting";
    case RotationState::kRunning:
      return "running";
    case RotationState::kStuck:
      return "stuck";
    case RotationState::kSucceeded:
      return "succeeded";
    case RotationState::kFailed:
      return "failed";
    case RotationState::kAbandoned:
      return "abandoned";
    case RotationState::kCancelled:
      return "cancelled";
    case RotationState::kTestSucceeded:
      return "test succeeded";
    case RotationState::kTestFailed:
      return "test failed";
  }
  return "";
}

std::vector<LabelHolder> HoldersOf(const StagingLabels& labels) {
  std::vector<LabelHolder> holders;
  for (const auto& [label, version_id] : labels.holders()) {
    holders.push_back({.label = label, .version_id = version_id});
  }
  return holders;
}

void Finish(RotationJob& job, RotationState state, const StagingLabels& labels, Timestamp now) {
  job.state = state;
  job.finished = now;
  job.wake_at = Timestamp();  // To be told, before all that still waits.
  job.lease_until.reset();
  job.rotation_token_hash.clear();
  job.labels_after = HoldersOf(labels);
}

bool IsRotationIncomplete(const StagingLabels& labels) {
  const auto pending = labels.Holder(kPending);
  return pending && labels.Holder(kCurrent) != pending;
}

RotationResult ResultOf(const StagingLabels& labels, std::string_view version_id) {
  if (labels.Holder(kCurrent) == version_id) return RotationResult::kPromoted;
  if (labels.Holder(kPending) == version_id) return RotationResult::kUnpromoted;
  return RotationResult::kWithdrawn;
}

}  // namespace coffer::secrets
