#include "secrets/rotation.h"

#include "secrets/rotation_job.h"
#include "secrets/rotation_retries.h"
#include "support/utc.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace coffer::secrets {
namespace {

using namespace std::chrono_literals;
using test::Text;
using test::Utc;

Rotation Daily(std::int64_t days, const std::string& rotated) {
  Rotation rotation;
  rotation.is_enabled = true;
  rotation.automatically_after_days = days;
  rotation.configured = Utc("2020-01-01");
  rotation.last_rotated = Utc(rotated);
  return rotation;
}

TEST(RotationTest, LooksLieInTheFirstQuarterOfAnHourOfAWindow) {
  const Rotation rotation = Daily(10, "2026-01-01T12:00:00");
  std::set<Timestamp> looks;
  for (std::uint64_t secret = 0; secret < 100; ++secret) {
    const auto look = NextLook(rotation, Utc("2026-01-02"), RotationSeed(std::to_string(secret)));
    ASSERT_TRUE(look.has_value());
    EXPECT_GE(*look, Utc("2026-01-11"));
    EXPECT_LT(*look, Utc("2026-01-11T00:15:00"));
    EXPECT_EQ(look, NextLook(rotation, Utc("2026-01-05"), RotationSeed(std::to_string(secret))));
    looks.insert(*look);
  }
  EXPECT_GT(looks.size(), 95U);
}

TEST(RotationTest, NothingIsLookedForWithoutASchedule) {
  Rotation rotation = Daily(1, "2026-01-01");
  rotation.is_enabled = false;
  EXPECT_FALSE(NextLook(rotation, Utc("2026-01-05"), 1).has_value());
  rotation.is_enabled = true;
  rotation.set_rules({});
  EXPECT_FALSE(NextLook(rotation, Utc("2026-01-05"), 1).has_value());
  EXPECT_EQ(LookAt(rotation, Utc("2026-01-05"), 1), RotationFinding::kNothing);
}

TEST(RotationTest, FindingsByTime) {
  Rotation hours = Daily(0, "2026-01-01T06:00:00");
  hours.set_rules({.automatically_after_days = std::nullopt,
                   .duration = "2h",
                   .schedule_expression = "cron(0 16 * * ? *)"});
  struct Case {
    const Rotation& rotation;
    std::string now;
    RotationFinding finding;
  };
  const Rotation days = Daily(3, "2026-01-01T06:00:00");
  for (const Case& c : {Case{days, "2026-01-03T23:59:59", RotationFinding::kNothing},
                        Case{days, "2026-01-04T00:15:00", RotationFinding::kBegin},
                        Case{days, "2026-02-04T00:15:00", RotationFinding::kBegin},
                        Case{hours, "2026-01-01T15:59:59", RotationFinding::kNothing},
                        Case{hours, "2026-01-01T17:00:00", RotationFinding::kBegin},
                        Case{hours, "2026-01-01T18:00:00", RotationFinding::kOverdue},
                        Case{hours, "2026-01-02T17:00:00", RotationFinding::kBegin}}) {
    EXPECT_EQ(LookAt(c.rotation, Utc(c.now), 7), c.finding) << c.now;
  }
  const auto next = LookInNextWindow(hours, Utc("2026-01-01T17:00:00"), 7);
  EXPECT_EQ(Text(*next).substr(0, 13), "2026-01-02T16");
}

TEST(RotationRetriesTest, DelaysGrowAndEnd) {
  RotationRetryPolicy policy;
  RotationJob job;
  job.first_attempt = Utc("2026-01-01");
  const Timestamp now = Utc("2026-01-01T01:00:00");
  struct Case {
    std::int64_t attempt;
    double jitter;
    std::chrono::milliseconds delay;
  };
  for (const Case& c :
       {Case{1, 0.5, 1min}, Case{2, 0.5, 5min}, Case{3, 0.5, 15min}, Case{4, 0.5, 30min},
        Case{5, 0.5, 1h}, Case{20, 0.5, 1h}, Case{1, 0, 48s}, Case{1, 1, 72s}}) {
    job.attempt = c.attempt;
    EXPECT_EQ(NextAttempt(policy, job, now, c.jitter, std::nullopt), now + c.delay) << c.attempt;
  }
  job.attempt = 9;
  EXPECT_FALSE(NextAttempt(policy, job, Utc("2026-01-01T23:30:00"), 0.5, std::nullopt));
  EXPECT_FALSE(NextAttempt(policy, job, now, 0.5, now + 1h));
  EXPECT_TRUE(NextAttempt(policy, job, now, 0.5, now + 1h + 1s).has_value());
  policy.delays.clear();
  EXPECT_FALSE(NextAttempt(policy, job, now, 0.5, std::nullopt));
}

TEST(RotationRetriesTest, WhatTheFunctionNeverSawIsTriedSoon) {
  const RotationRetryPolicy policy;
  RotationJob job;
  const Timestamp now = Utc("2026-01-01");
  for (const auto delay : {1s, 2s, 4s}) {
    EXPECT_EQ(NextTry(policy, job, now), now + delay);
    ++job.infrastructure_failures;
  }
  EXPECT_FALSE(NextTry(policy, job, now).has_value());
}

TEST(RotationJobTest, ResultsByLabels) {
  using Map = StagingLabels::Map;
  EXPECT_EQ(ResultOf(StagingLabels(Map{{"AWSCURRENT", "t"}}), "t"), RotationResult::kPromoted);
  EXPECT_EQ(ResultOf(StagingLabels(Map{{"AWSCURRENT", "t"}, {"AWSPENDING", "t"}}), "t"),
            RotationResult::kPromoted);
  EXPECT_EQ(ResultOf(StagingLabels(Map{{"AWSCURRENT", "v"}, {"AWSPENDING", "t"}}), "t"),
            RotationResult::kUnpromoted);
  EXPECT_EQ(ResultOf(StagingLabels(Map{{"AWSCURRENT", "v"}, {"AWSPENDING", "w"}}), "t"),
            RotationResult::kWithdrawn);
  EXPECT_TRUE(IsRotationIncomplete(StagingLabels(Map{{"AWSPENDING", "t"}})));
  EXPECT_FALSE(IsRotationIncomplete(StagingLabels(Map{{"AWSCURRENT", "t"}, {"AWSPENDING", "t"}})));
  EXPECT_FALSE(IsRotationIncomplete({}));
}

}  // namespace
}  // namespace coffer::secrets
