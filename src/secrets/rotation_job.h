#pragma once

#include "base/shape.h"
#include "coffer/clock.h"
#include "secrets/staging_labels.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace coffer::secrets {

/// What a job does: the four steps, or `testSecret` alone on a copy of the current value
/// (RotateSecret with RotateImmediately false).
enum class RotationKind : std::uint8_t { kRotate, kTest };

/// Where a job stands. The order is that of the stored numbers.
enum class RotationState : std::uint8_t {
  kWaiting,    ///< For its first attempt, or the next one: `wake_at` says when.
  kRunning,    ///< Under a lease.
  kStuck,      ///< No more attempts by itself; AWSPENDING stays where it is.
  kSucceeded,  ///< From here on a job is over.
  kFailed,     ///< The function gave the rotation up: AWSPENDING is gone, AWSCURRENT unmoved.
  kAbandoned,  ///< Somebody else wrote a value, or took AWSPENDING away.
  kCancelled,  ///< CancelRotateSecret or DeleteSecret.
  kTestSucceeded,
  kTestFailed,
};
[[nodiscard]] constexpr bool IsLive(RotationState state) { return state <= RotationState::kStuck; }
/// `waiting`, `test succeeded`, ...; for people.
[[nodiscard]] std::string_view NameOf(RotationState state);

/// What happened in one step of one attempt, for people.
struct RotationStepRecord {
  std::int64_t attempt = 0;
  std::string step{};  ///< `createSecret`, ...
  Timestamp started{};
  std::optional<Timestamp> ended{};
  std::string outcome{};  ///< `succeeded`, `failed`, `timed out`, `not run`, `interrupted`.
  std::string error{};    ///< Redacted; empty without one.

  static constexpr auto Members() {
    using R = RotationStepRecord;
    return std::tuple{base::Required("a", &R::attempt), base::Required("s", &R::step),
                      base::Required("b", &R::started), base::Optional("e", &R::ended),
                      base::Required("o", &R::outcome), base::Required("x", &R::error)};
  }
  bool operator==(const RotationStepRecord&) const = default;
};

/// One label and who has it.
struct LabelHolder {
  std::string label{};
  std::string version_id{};

  static constexpr auto Members() {
    return std::tuple{base::Required("l", &LabelHolder::label),
                      base::Required("v", &LabelHolder::version_id)};
  }
  bool operator==(const LabelHolder&) const = default;
};
[[nodiscard]] std::vector<LabelHolder> HoldersOf(const StagingLabels& labels);

/// One rotation, from RotateSecret or its schedule until it is over, and what is remembered of it.
struct RotationJob {
  std::int64_t id = 0;         ///< The store's own; 0 until inserted.
  std::int64_t secret_id = 0;  ///< The store's number of the secret.
  RotationKind kind = RotationKind::kRotate;
  RotationState state = RotationState::kWaiting;
  /// When somebody has to look at it; absent = never by itself. A job that is over and still has
  /// one waits for its end to be told (the log, a process that runs for it).
  std::optional<Timestamp> wake_at{};

  // From here on kept as one JSON text.
  std::string version_id{};    ///< ClientRequestToken.
  std::string function_arn{};  ///< As it was when the job began.
  bool is_scheduled = false;
  Timestamp created{};
  std::int64_t attempt = 0;  ///< The one that runs, or ran last; 1 is the first.
  std::optional<Timestamp> first_attempt{};
  std::int64_t infrastructure_failures = 0;  ///< Running, without an attempt that got through.
  /// +1 for each claim: who holds an older number must not act any more.
  std::int64_t fence = 0;
  std::string lease_owner{};
  std::optional<Timestamp> lease_until{};
  std::string rotation_token_hash{};  ///< SHA-256, in hex, of the attempt's RotationToken.
  std::optional<Timestamp> finished{};
  std::string failed_step{};  ///< Of the last attempt that failed.
  std::string error_type{};
  std::string error{};  ///< Redacted.
  std::vector<LabelHolder> labels_before{};
  std::vector<LabelHolder> labels_after{};
  std::vector<RotationStepRecord> steps{};  ///< The newest kMaxSteps.

  static constexpr std::size_t kMaxSteps = 60;

  [[nodiscard]] bool is_live() const { return IsLive(state); }

  static constexpr auto Members() {
    using R = RotationJob;
    return std::tuple{base::Required("version", &R::version_id),
                      base::Required("function", &R::function_arn),
                      base::Required("scheduled", &R::is_scheduled),
                      base::Required("created", &R::created),
                      base::Required("attempt", &R::attempt),
                      base::Optional("first", &R::first_attempt),
                      base::Required("infrastructure", &R::infrastructure_failures),
                      base::Required("fence", &R::fence),
                      base::Required("owner", &R::lease_owner),
                      base::Optional("lease", &R::lease_until),
                      base::Required("token", &R::rotation_token_hash),
                      base::Optional("finished", &R::finished),
                      base::Required("failed_step", &R::failed_step),
                      base::Required("error_type", &R::error_type),
                      base::Required("error", &R::error),
                      base::Required("before", &R::labels_before),
                      base::Required("after", &R::labels_after),
                      base::Required("steps", &R::steps)};
  }
  bool operator==(const RotationJob&) const = default;
};

/// `job` as it is once over. `now` is both its end and the time to tell of it.
void Finish(RotationJob& job, RotationState state, const StagingLabels& labels, Timestamp now);

/// Whether AWS would call a rotation incomplete: AWSPENDING is on a version that is not current.
[[nodiscard]] bool IsRotationIncomplete(const StagingLabels& labels);

/// What became of the version of a rotation, by its labels.
enum class RotationResult : std::uint8_t { kPromoted, kUnpromoted, kWithdrawn };
[[nodiscard]] RotationResult ResultOf(const StagingLabels& labels, std::string_view version_id);

}  // namespace coffer::secrets
