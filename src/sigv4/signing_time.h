#pragma once

#include "coffer/clock.h"
#include "coffer/result.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::sigv4 {

/// Reads `yyyymmddThhmmssZ` (ISO 8601, basic format); nullopt when the form or the calendar
/// objects.
[[nodiscard]] std::optional<std::chrono::sys_seconds> ParseBasicTime(std::string_view text);

/// Writes a time in the same form.
[[nodiscard]] std::string FormatBasicTime(std::chrono::sys_seconds time);

/// How far from now a request may have been signed, inclusive.
struct SigningWindow {
  std::chrono::seconds past;
  std::chrono::seconds future;
};

/// Checks 10 to 12 of verifier.h: `sent` is a time within `window`.
[[nodiscard]] Result<void> CheckSigningTime(std::string_view sent, const SigningWindow& window,
                                            Timestamp now);

}  // namespace coffer::sigv4
