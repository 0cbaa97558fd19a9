#pragma once

#include "coffer/clock.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <utility>

namespace coffer::base {

/// A clock that runs with another one but can be moved: the test clock of the development profile.
/// Safe to call from any thread.
class MovableClock final : public Clock {
 public:
  /// `real` must outlive this.
  explicit MovableClock(const Clock& real) : real_(real) {}

  [[nodiscard]] Timestamp Now() const override {
    return real_.Now() + std::chrono::milliseconds(offset_.load());
  }

  void Advance(std::chrono::milliseconds by) {
    offset_ += by.count();
    Moved();
  }
  void Set(Timestamp time) {
    offset_ = (time - real_.Now()).count();
    Moved();
  }
  void Reset() {
    offset_ = 0;
    Moved();
  }
  [[nodiscard]] bool moved() const { return offset_ != 0; }

  /// Called after each move, so that whoever waits for a time can look again. Set once, before the
  /// clock is shared.
  void OnMove(std::function<void()> on_move) { on_move_ = std::move(on_move); }

 private:
  void Moved() const {
    if (on_move_) on_move_();
  }

  const Clock& real_;
  std::atomic<std::int64_t> offset_ = 0;
  std::function<void()> on_move_;
};

}  // namespace coffer::base
