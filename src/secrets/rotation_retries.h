#pragma once

#include "coffer/clock.h"
#include "secrets/rotation_job.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace coffer::secrets {

/// When a rotation that failed is tried again. AWS says "multiple times", and no more.
struct RotationRetryPolicy {
  /// Before the second, third, ... attempt; the last one goes on.
  std::vector<std::chrono::seconds> delays{std::chrono::minutes(1), std::chrono::minutes(5),
                                           std::chrono::minutes(15), std::chrono::minutes(30),
                                           std::chrono::hours(1)};
  /// No attempt begins later than this after the first one.
  std::chrono::seconds give_up_after = std::chrono::hours(24);
  /// What the function never saw (it could not be started or reached) is tried so soon again, and
  /// is no attempt.
  std::vector<std::chrono::seconds> infrastructure_delays{
      std::chrono::seconds(1), std::chrono::seconds(2), std::chrono::seconds(4)};
};

/// When the next attempt of `job`, whose last one failed now, begins; nullopt when it is stuck.
/// `jitter` in 0 to 1 spreads the delay over 80 to 120 %. An attempt that the schedule asked for
/// begins before `window_end`, where one is given, or not at all.
[[nodiscard]] std::optional<Timestamp> NextAttempt(const RotationRetryPolicy& policy,
                                                   const RotationJob& job, Timestamp now,
                                                   double jitter,
                                                   std::optional<Timestamp> window_end);

/// As NextAttempt for what was no attempt; nullopt when it has to count as one.
[[nodiscard]] std::optional<Timestamp> NextTry(const RotationRetryPolicy& policy,
                                               const RotationJob& job, Timestamp now);

}  // namespace coffer::secrets
