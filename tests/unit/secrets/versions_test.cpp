#include "secrets/versions.h"

#include "support/matchers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace coffer::secrets {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using test::FailsWithCode;
using test::IsOk;
using Ids = std::vector<std::string>;

constexpr Timestamp kNow{milliseconds(1'700'000'000'123)};

Version Aged(std::string id, milliseconds age) {
  Version version;
  version.id = std::move(id);
  version.created = kNow - age;
  return version;
}

/// `count` versions, v0 the oldest; the youngest is `youngest` old, each other one hour older.
std::vector<Version> Series(int count, hours youngest) {
  std::vector<Version> versions;
  for (int i = 0; i < count; ++i) {
    versions.push_back(Aged("v" + std::to_string(i), youngest + hours(count - 1 - i)));
  }
  return versions;
}

TEST(VersionsTest, AHundredVersionsAreKept) {
  const auto removed = VersionsToRemove(Series(100, hours(48)), StagingLabels(), kNow);

  ASSERT_THAT(removed, IsOk());
  EXPECT_EQ(*removed, Ids{});
}

TEST(VersionsTest, TheOldestGoFirstWhateverTheirOrder) {
  std::vector<Version> versions = Series(103, hours(48));
  std::ranges::reverse(versions);

  const auto removed = VersionsToRemove(versions, StagingLabels(), kNow);

  ASSERT_THAT(removed, IsOk());
  EXPECT_EQ(*removed, (Ids{"v0", "v1", "v2"}));
}

TEST(VersionsTest, LabelledVersionsAreNeverRemoved) {
  const StagingLabels labels({{"AWSCURRENT", "v101"}, {"AWSPREVIOUS", "v0"}, {"mine", "v2"}});

  const auto removed = VersionsToRemove(Series(102, hours(48)), labels, kNow);

  ASSERT_THAT(removed, IsOk());
  EXPECT_EQ(*removed, (Ids{"v1", "v3"}));
}

TEST(VersionsTest, OnlyVersionsOfTwentyFourHoursAreRemoved) {
  struct Case {
    milliseconds age;
    bool is_removed;
  };
  for (const Case& c : {Case{hours(24), true}, Case{hours(24) - milliseconds(1), false}}) {
    SCOPED_TRACE(c.age.count());
    std::vector<Version> versions(100, Aged("young", hours(1)));
    versions.push_back(Aged("old", c.age));

    const auto removed = VersionsToRemove(versions, StagingLabels(), kNow);

    if (c.is_removed) {
      ASSERT_THAT(removed, IsOk());
      EXPECT_EQ(*removed, Ids{"old"});
    } else {
      EXPECT_THAT(removed, FailsWithCode(ErrorCode::kLimitExceeded));
    }
  }
}

TEST(VersionsTest, TooFewRemovableVersionsExceedTheLimit) {
  std::vector<Version> versions = Series(101, hours(48));
  versions.emplace_back(Aged("new", hours(0)));
  StagingLabels::Map holders;
  for (int i = 0; i < 100; ++i) {
    holders.emplace("label" + std::to_string(i), "v" + std::to_string(i));
  }

  EXPECT_THAT(VersionsToRemove(versions, StagingLabels(holders), kNow),
              FailsWithCode(ErrorCode::kLimitExceeded));
}

}  // namespace
}  // namespace coffer::secrets
