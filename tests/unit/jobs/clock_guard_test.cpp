#include "jobs/clock_guard.h"

#include <gtest/gtest.h>

#include <chrono>

namespace coffer::jobs {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kStart{1'700'000'000'000ms};

TEST(ClockGuardTest, NothingIsConfirmedForTenMinutes) {
  ClockGuard guard;
  for (auto minute = 0min; minute < 10min; ++minute) {
    EXPECT_FALSE(guard.Confirm(kStart + minute, minute).has_value()) << minute.count();
  }
  EXPECT_EQ(guard.Confirm(kStart + 10min, 10min), kStart);
}

TEST(ClockGuardTest, ConfirmedTimeFollowsTenMinutesBehind) {
  ClockGuard guard;
  std::optional<Timestamp> confirmed;
  for (auto minute = 0min; minute <= 100min; ++minute) {
    confirmed = guard.Confirm(kStart + minute, minute);
  }
  EXPECT_EQ(confirmed, kStart + 90min);
}

TEST(ClockGuardTest, AJumpStartsTheWaitAnew) {
  for (const auto jump : {std::chrono::milliseconds(30 * 24h), std::chrono::milliseconds(-2h)}) {
    ClockGuard guard;
    for (auto minute = 0min; minute <= 20min; ++minute)
      (void)guard.Confirm(kStart + minute, minute);

    EXPECT_FALSE(guard.Confirm(kStart + 21min + jump, 21min).has_value());
    EXPECT_FALSE(guard.Confirm(kStart + 30min + jump, 30min).has_value());
    EXPECT_EQ(guard.Confirm(kStart + 31min + jump, 31min), kStart + 21min + jump);
  }
}

}  // namespace
}  // namespace coffer::jobs
