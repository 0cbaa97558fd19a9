#pragma once

#include "coffer/clock.h"

namespace coffer::base {

/// The machine's own time.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp Now() const override {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
};

}  // namespace coffer::base
