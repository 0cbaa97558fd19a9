#pragma once

#include <chrono>
#include <cstdint>

namespace coffer {

/// A point in time, UTC, milliseconds since 1970: the precision of AWS's wire format.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// Days since 1970-01-01 UTC; `LastAccessedDate` has this precision.
using DayNumber = std::int32_t;

/// The time that stored dates, deletion windows and schedules follow. In the development profile
/// tests can move it; TLS and signatures always use the system's time instead.
/// Implementations are safe to call from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Timestamp Now() const = 0;
};

[[nodiscard]] inline DayNumber DayOf(Timestamp time) {
  return static_cast<DayNumber>(
      std::chrono::floor<std::chrono::days>(time).time_since_epoch().count());
}

[[nodiscard]] inline Timestamp StartOfDay(DayNumber day) {
  return Timestamp(std::chrono::days(day));
}

}  // namespace coffer
