#include "jobs/clock_guard.h"

namespace coffer::jobs {

std::optional<Timestamp> ClockGuard::Confirm(Timestamp wall, BootTime boot) {
  if (!readings_.empty()) {
    const Reading& last = readings_.back();
    const auto drift = (wall - last.wall) - (boot - last.boot);
    if (std::chrono::abs(drift) > kLargestJump) readings_.clear();
  }
  readings_.push_back({wall, boot});
  // Of the readings that are old enough only the newest matters.
  while (readings_.size() > 1 && boot - readings_[1].boot >= kConfirmation) readings_.pop_front();
  if (boot - readings_.front().boot < kConfirmation) return std::nullopt;
  return readings_.front().wall;
}

}  // namespace coffer::jobs
