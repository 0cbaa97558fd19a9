#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>

namespace coffer::rotation {

/// How many rotations schedules may begin: so many a second, and those of one second at once. What
/// is due at midnight for thousands of secrets then stays a background load. Not thread-safe.
class StartPace {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  /// `per_second` is at least 1.
  explicit StartPace(int per_second) : per_second_(per_second), left_(per_second) {}

  [[nodiscard]] int Available(Moment now) {
    if (last_ != Moment()) {
      const double seconds = std::chrono::duration<double>(now - last_).count();
      left_ =
          std::min(left_ + std::max(seconds, 0.0) * per_second_, static_cast<double>(per_second_));
    }
    last_ = now;
    return static_cast<int>(std::floor(left_));
  }
  void Spend(int count) { left_ -= count; }
  /// After this much time there is one more.
  [[nodiscard]] std::chrono::milliseconds Pause() const {
    return std::chrono::milliseconds(1000 / per_second_ + 1);
  }

 private:
  int per_second_;
  double left_;
  Moment last_;
};

}  // namespace coffer::rotation
