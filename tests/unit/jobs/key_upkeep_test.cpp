#include "jobs/key_upkeep.h"

#include "keyring/keyring.h"
#include "sql/sqlite_database.h"
#include "store/schema.h"
#include "support/fake_clock.h"
#include "support/fake_random.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <span>

namespace coffer::jobs {
namespace {

using std::chrono::days;

class KeyUpkeepTest : public ::testing::Test {
 protected:
  store::KeyRow NewKey() {
    std::optional<store::KeyRow> key;
    database_.Write([&](Transaction& transaction) {
      key = keyring_.Create(transaction, "000000000000", "us-east-1");
    });
    return *key;
  }
  void Live(const store::KeyRow& key, const store::KeyLife& life) {
    database_.Write(
        [&](Transaction& transaction) { keyring_.key_lives().Put(transaction, key.id, life); });
  }
  store::KeyRow Row(const store::KeyRow& key) {
    std::optional<store::KeyRow> row;
    database_.Read(
        [&](Transaction& transaction) { row = keyring_.key_store().FindKey(transaction, key.id); });
    return *row;
  }
  store::KeyLife Life(const store::KeyRow& key) {
    store::KeyLife life;
    database_.Read(
        [&](Transaction& transaction) { life = keyring_.key_lives().Find(transaction, key); });
    return life;
  }

  test::FakeClock clock_;
  test::FakeRandom random_;
  sql::SqliteDatabase database_{sql::SqliteOptions{}, store::SqliteSchema()};
  keyring::Keyring keyring_{database_, SecretBytes(32), random_, clock_};
  KeyUpkeep upkeep_{database_, keyring_};
  const Timestamp start_ = clock_.Now();
};

TEST_F(KeyUpkeepTest, DestroysAKeyWhenItsWindowHasEnded) {
  const store::KeyRow key = NewKey();
  Live(key, {.destruction = start_ + days(7), .next_rotation = start_ + days(1)});

  upkeep_.Run(start_ + days(7) - std::chrono::milliseconds(1));
  EXPECT_FALSE(Row(key).is_destroyed());
  EXPECT_EQ(Row(key).primary_version, 1U);  // Nor is it rotated meanwhile.

  upkeep_.Run(start_ + days(7));
  EXPECT_TRUE(Row(key).is_destroyed());
  EXPECT_EQ(Life(key), store::KeyLife());
  upkeep_.Run(start_ + days(4000));
  EXPECT_TRUE(Row(key).is_destroyed());
}

TEST_F(KeyUpkeepTest, RotatesByTheScheduleOncePerPeriod) {
  const store::KeyRow key = NewKey();
  Live(key, {.next_rotation = start_ + days(90), .rotation_period_days = 90});

  upkeep_.Run(start_ + days(89));
  EXPECT_EQ(Row(key).primary_version, 1U);

  // Late: what was missed is not made up for.
  const Timestamp late = start_ + days(300);
  for (int i = 0; i < 3; ++i) upkeep_.Run(late);
  EXPECT_EQ(Row(key).primary_version, 2U);
  EXPECT_EQ(Life(key),
            (store::KeyLife{.destruction = {},
                            .next_rotation = late + days(90),
                            .rotation_period_days = 90,
                            .rotations = {{.version = 2, .date = late, .is_on_demand = false}}}));
}

TEST_F(KeyUpkeepTest, ADefaultKeyIsRotatedEveryYear) {
  secrets::KeyId id{};
  database_.Write([&](Transaction& transaction) {
    id = keyring_.DefaultKey(transaction, "000000000000", "us-east-1").id;
  });
  store::KeyRow key;
  key.id = id;
  key = Row(key);

  upkeep_.Run(start_ + days(364));
  EXPECT_EQ(Row(key).primary_version, 1U);
  upkeep_.Run(start_ + days(365));
  EXPECT_EQ(Row(key).primary_version, 2U);
  EXPECT_EQ(Life(key).next_rotation, start_ + days(730));
  upkeep_.Run(start_ + days(730));
  EXPECT_EQ(Row(key).primary_version, 3U);
}

TEST_F(KeyUpkeepTest, ADisabledKeyWaitsWithItsRotation) {
  const store::KeyRow key = NewKey();
  Live(key, {.next_rotation = start_ + days(90), .rotation_period_days = 90});
  const auto enable = [&](bool is_enabled) {
    database_.Write([&](Transaction& transaction) {
      store::KeySettings settings;
      settings.is_enabled = is_enabled;
      keyring_.key_settings().Put(transaction, key.id, settings);
    });
  };
  enable(false);
  upkeep_.Run(start_ + days(91));
  EXPECT_EQ(Row(key).primary_version, 1U);
  enable(true);
  upkeep_.Run(start_ + days(92));
  EXPECT_EQ(Row(key).primary_version, 2U);
}

TEST_F(KeyUpkeepTest, ATouchedRowIsLeftAloneAndDoesNotStopTheOthers) {
  const store::KeyRow first = NewKey();
  const store::KeyRow second = NewKey();
  const store::KeyRow third = NewKey();
  for (const auto& key : {first, second, third}) Live(key, {.destruction = start_ + days(30)});
  database_.Write([&](Transaction& transaction) {
    static constexpr Statement kHurry{"UPDATE key_lives SET destroy_at = 1 WHERE key_id = $1"};
    transaction.Execute(kHurry, {std::span<const std::byte>(second.id)});
  });

  upkeep_.Run(start_ + days(30));

  EXPECT_TRUE(Row(first).is_destroyed());
  EXPECT_FALSE(Row(second).is_destroyed());
  EXPECT_TRUE(Row(third).is_destroyed());
}

}  // namespace
}  // namespace coffer::jobs
