#include "secrets/rotation_retries.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace coffer::secrets {

std::optional<Timestamp> NextAttempt(const RotationRetryPolicy& policy, const RotationJob& job,
                                     Timestamp now, double jitter,
                                     std::optional<Timestamp> window_end) {
  if (policy.delays.empty()) return std::nullopt;
  const auto failed = static_cast<std::size_t>(std::max<std::int64_t>(job.attempt, 1));
  const auto delay = policy.delays[std::min(failed, policy.delays.size()) - 1];
  const auto spread = std::chrono::milliseconds(std::llround(
      static_cast<double>(std::chrono::milliseconds(delay).count()) * (0.8 + 0.4 * jitter)));
  const Timestamp at = now + spread;
  if (at > job.first_attempt.value_or(now) + policy.give_up_after) return std::nullopt;
  if (window_end && at >= *window_end) return std::nullopt;
  return at;
}

std::optional<Timestamp> NextTry(const RotationRetryPolicy& policy, const RotationJob& job,
                                 Timestamp now) {
  const auto failed =
      static_cast<std::size_t>(std::max<std::int64_t>(job.infrastructure_failures, 0));
  if (failed >= policy.infrastructure_delays.size()) return std::nullopt;
  return now + policy.infrastructure_delays[failed];
}

}  // namespace coffer::secrets
