#pragma once

#include "coffer/clock.h"
#include "coffer/result.h"
#include "secrets/secret.h"

#include <cstdint>
#include <optional>

namespace coffer::secrets {

/// How a secret is to be deleted, from the parameters of DeleteSecret: the recovery
/// window in days, or nullopt for deletion at once. InvalidParameter with AWS's texts for a window
/// outside 7..30 and for a window together with force.
[[nodiscard]] Result<std::optional<std::int64_t>> DeletionWindow(
    std::optional<std::int64_t> recovery_window_in_days, bool force);

/// `secret` as it is once scheduled for deletion.
[[nodiscard]] Secret Scheduled(Secret secret, Timestamp now, std::int64_t window_in_days);
/// `secret` as it is once restored; unchanged when it was not scheduled.
[[nodiscard]] Secret Restored(Secret secret, Timestamp now);

}  // namespace coffer::secrets
