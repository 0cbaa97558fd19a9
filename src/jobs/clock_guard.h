#pragma once

#include "coffer/clock.h"

#include <chrono>
#include <deque>
#include <optional>

namespace coffer::jobs {

/// Time since boot, suspended time included: never set, never jumps.
using BootTime = std::chrono::milliseconds;

/// Keeps a wrong wall clock from destroying data: a moment counts as passed only when two readings
/// at least ten minutes apart (by time since boot) both say so, with no jump of more than a minute
/// between the two clocks meanwhile. A clock that leaps a month ahead therefore purges nothing
/// until it has stayed there.
class ClockGuard {
 public:
  static constexpr std::chrono::minutes kConfirmation{10};
  static constexpr std::chrono::minutes kLargestJump{1};

  /// Takes a reading and answers the latest moment that is confirmed to have passed, if any.
  [[nodiscard]] std::optional<Timestamp> Confirm(Timestamp wall, BootTime boot);

 private:
  struct Reading {
    Timestamp wall;
    BootTime boot;
  };
  std::deque<Reading> readings_;
};

}  // namespace coffer::jobs
