#include "rotation/start_pace.h"

#include <gtest/gtest.h>

namespace coffer::rotation {
namespace {

using namespace std::chrono_literals;

TEST(StartPaceTest, ASecondsWorthAtOnceAndThenThePace) {
  StartPace pace(10);
  const StartPace::Moment start{1h};
  EXPECT_EQ(pace.Available(start), 10);
  pace.Spend(10);
  EXPECT_EQ(pace.Available(start), 0);
  EXPECT_EQ(pace.Available(start + pace.Pause()), 1);
  EXPECT_EQ(pace.Available(start + 550ms), 5);
  pace.Spend(5);
  EXPECT_EQ(pace.Available(start + 650ms), 1);
  EXPECT_EQ(pace.Available(start + 1h), 10);
}

TEST(StartPaceTest, TimeThatRunsBackwardsGivesNothing) {
  StartPace pace(2);
  const StartPace::Moment start{1h};
  EXPECT_EQ(pace.Available(start), 2);
  pace.Spend(2);
  EXPECT_EQ(pace.Available(start - 1h), 0);
}

}  // namespace
}  // namespace coffer::rotation
