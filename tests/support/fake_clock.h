#pragma once

#include "coffer/clock.h"

#include <atomic>

namespace coffer::test {

/// A clock that stands still until it is moved.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(std::int64_t milliseconds = 1'700'000'000'123) : milliseconds_(milliseconds) {}
  [[nodiscard]] Timestamp Now() const override {
    return Timestamp(std::chrono::milliseconds(milliseconds_.load()));
  }
  void Advance(std::chrono::milliseconds by) { milliseconds_ += by.count(); }
  void Set(Timestamp time) { milliseconds_ = time.time_since_epoch().count(); }

 private:
  std::atomic<std::int64_t> milliseconds_;
};

}  // namespace coffer::test
