#include "store/pending_accesses.h"

#include "support/sample_secrets.h"

#include <gtest/gtest.h>

namespace coffer::store {
namespace {

secrets::Secret SecretWithId(std::int64_t id) {
  secrets::Secret secret = test::PlainSecret("name");
  secret.id = id;
  return secret;
}

std::optional<DayNumber> DayOfSecret(const PendingAccesses& accesses, std::int64_t id) {
  secrets::Secret secret = SecretWithId(id);
  accesses.Overlay(secret);
  return secret.last_accessed;
}

std::optional<DayNumber> DayOfVersion(const PendingAccesses& accesses, std::int64_t id,
                                      const std::string& version_id) {
  secrets::Version version = test::VersionOf(version_id);
  accesses.Overlay(id, version);
  return version.last_accessed;
}

TEST(PendingAccessesTest, OnlyALaterDayIsNews) {
  PendingAccesses accesses;

  EXPECT_TRUE(accesses.Note(SecretWithId(1), "v1", 100));
  EXPECT_FALSE(accesses.Note(SecretWithId(1), "v1", 100));
  EXPECT_FALSE(accesses.Note(SecretWithId(1), "v1", 99));
  EXPECT_TRUE(accesses.Note(SecretWithId(1), "v1", 101));
  EXPECT_TRUE(accesses.Note(SecretWithId(1), "v2", 50));

  EXPECT_EQ(DayOfSecret(accesses, 1), 101);
  EXPECT_EQ(DayOfVersion(accesses, 1, "v1"), 101);
  EXPECT_EQ(DayOfVersion(accesses, 1, "v2"), 50);
  EXPECT_EQ(DayOfVersion(accesses, 1, "v3"), std::nullopt);
  EXPECT_EQ(DayOfSecret(accesses, 2), std::nullopt);
}

TEST(PendingAccessesTest, WhatWasWrittenStaysVisibleUntilTheNextFlush) {
  PendingAccesses accesses;
  ASSERT_TRUE(accesses.Note(SecretWithId(1), "v1", 100));

  EXPECT_EQ(accesses.TakeForFlush(7, 10).size(), 1U);

  EXPECT_FALSE(accesses.IsAny());
  EXPECT_EQ(DayOfSecret(accesses, 1), 100);
  EXPECT_FALSE(accesses.Note(SecretWithId(1), "v1", 100));
  EXPECT_TRUE(accesses.TakeForFlush(8, 10).empty());
  EXPECT_EQ(DayOfSecret(accesses, 1), std::nullopt);
}

TEST(PendingAccessesTest, WhatWasRolledBackIsWrittenAgain) {
  PendingAccesses accesses;
  ASSERT_TRUE(accesses.Note(SecretWithId(1), "v1", 100));
  ASSERT_EQ(accesses.TakeForFlush(7, 10).size(), 1U);
  ASSERT_TRUE(accesses.Note(SecretWithId(1), "v2", 101));

  const auto again = accesses.TakeForFlush(7, 10);  // The number was given out again.

  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again.at(1).day, 101);
  EXPECT_EQ(again.at(1).versions.size(), 2U);
}

TEST(PendingAccessesTest, AFlushTakesALimitedNumber) {
  PendingAccesses accesses;
  for (std::int64_t id = 1; id <= 5; ++id) ASSERT_TRUE(accesses.Note(SecretWithId(id), "v", 100));

  EXPECT_EQ(accesses.TakeForFlush(1, 3).size(), 3U);
  EXPECT_TRUE(accesses.IsAny());
  EXPECT_EQ(accesses.TakeForFlush(2, 3).size(), 2U);
  EXPECT_FALSE(accesses.IsAny());
}

TEST(PendingAccessesTest, DaysAreToldForOneAccountAndRegion) {
  PendingAccesses accesses;
  secrets::Secret elsewhere = SecretWithId(2);
  elsewhere.address.region = "eu-west-1";
  ASSERT_TRUE(accesses.Note(SecretWithId(1), "v1", 100));
  ASSERT_TRUE(accesses.Note(elsewhere, "v1", 100));

  const auto days = accesses.DaysIn(test::kAccount, test::kRegion);

  EXPECT_EQ(days, (std::unordered_map<std::int64_t, DayNumber>{{1, 100}}));
}

}  // namespace
}  // namespace coffer::store
