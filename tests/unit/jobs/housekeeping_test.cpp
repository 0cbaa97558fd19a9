#include "jobs/housekeeping.h"

#include "sql/sqlite_database.h"
#include "store/schema.h"
#include "support/fake_clock.h"
#include "support/fake_row_mac.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <thread>

namespace coffer::jobs {
namespace {

class HousekeepingTest : public ::testing::Test {
 protected:
  void Add(const std::string& name, std::optional<Timestamp> purge_at) {
    secrets::Secret secret;
    secret.address = {"000000000000", "us-east-1", name};
    secret.arn_suffix = "AbCdEf";
    secret.created = clock_.Now();
    secret.last_changed = clock_.Now();
    if (purge_at) secret.deleted = clock_.Now();
    secret.purge_at = purge_at;
    database_.Write([&](Transaction& transaction) { store_.Insert(transaction, secret); });
  }

  bool Exists(const std::string& name) {
    bool found = false;
    database_.Read([&](Transaction& transaction) {
      found = store_.Find(transaction, {"000000000000", "us-east-1", name}) != nullptr;
    });
    return found;
  }

  test::FakeClock clock_;
  sql::SqliteDatabase database_{sql::SqliteOptions{}, store::SqliteSchema()};
  test::FakeRowMac mac_;
  store::SecretStore store_{mac_, 0};
  store::IdentityStore identities_{mac_};
};

TEST_F(HousekeepingTest, PurgesWhatIsDueAndNothingElse) {
  Housekeeping::Options options;
  options.clock_was_moved = [] { return true; };
  Housekeeping housekeeping(database_, store_, identities_, clock_, options);
  Add("active", std::nullopt);
  Add("due", clock_.Now() + std::chrono::days(7));
  Add("later", clock_.Now() + std::chrono::days(8));

  housekeeping.PurgeDue();
  EXPECT_TRUE(Exists("due"));

  clock_.Advance(std::chrono::days(7));
  housekeeping.PurgeDue();

  EXPECT_TRUE(Exists("active"));
  EXPECT_FALSE(Exists("due"));
  EXPECT_TRUE(Exists("later"));
}

TEST_F(HousekeepingTest, PurgesMoreThanOneBatch) {
  Housekeeping::Options options;
  options.clock_was_moved = [] { return true; };
  Housekeeping housekeeping(database_, store_, identities_, clock_, options);
  for (int i = 0; i < 250; ++i) Add("s" + std::to_string(i), clock_.Now());

  housekeeping.PurgeDue();

  for (int i = 0; i < 250; ++i) EXPECT_FALSE(Exists("s" + std::to_string(i)));
}

TEST_F(HousekeepingTest, ALeapOfTheRealClockPurgesNothing) {
  Housekeeping housekeeping(database_, store_, identities_, clock_, {});
  Add("due", clock_.Now() + std::chrono::days(7));
  housekeeping.PurgeDue();

  clock_.Advance(std::chrono::days(30));
  housekeeping.PurgeDue();
  housekeeping.PurgeDue();

  EXPECT_TRUE(Exists("due"));
}

TEST_F(HousekeepingTest, ADamagedRowIsKeptAndDoesNotStopTheOthers) {
  Housekeeping::Options options;
  options.clock_was_moved = [] { return true; };
  Housekeeping housekeeping(database_, store_, identities_, clock_, options);
  Add("a-damaged", clock_.Now());
  Add("b-due", clock_.Now());
  database_.Write([](Transaction& transaction) {
    static constexpr Statement kEdit{"UPDATE secrets SET description = 'x' WHERE name = $1"};
    transaction.Execute(kEdit, {std::string_view("a-damaged")});
  });

  housekeeping.PurgeDue();

  EXPECT_FALSE(Exists("b-due"));
}

TEST_F(HousekeepingTest, ManyDamagedRowsInFrontDoNotStopTheOthers) {
  Housekeeping::Options options;
  options.clock_was_moved = [] { return true; };
  Housekeeping housekeeping(database_, store_, identities_, clock_, options);
  for (int i = 0; i < 250; ++i) Add("damaged-" + std::to_string(i), clock_.Now());
  for (int i = 0; i < 150; ++i) {
    Add("due-" + std::to_string(i), clock_.Now() + std::chrono::seconds(1));
  }
  database_.Write([](Transaction& transaction) {
    static constexpr Statement kEdit{
        "UPDATE secrets SET description = 'x' WHERE name LIKE 'damaged-%'"};
    transaction.Execute(kEdit, {});
  });
  clock_.Advance(std::chrono::minutes(1));

  housekeeping.PurgeDue();

  for (int i = 0; i < 150; ++i) EXPECT_FALSE(Exists("due-" + std::to_string(i)));
}

TEST_F(HousekeepingTest, OthersLookWhenItLooks) {
  std::promise<void> woken;
  std::atomic<int> looks = 0;
  Housekeeping::Options options;
  options.clock_was_moved = [] { return true; };  // Else the first looks only learn to trust it.
  options.at_each_look = [&](Timestamp) {
    if (++looks == 2) woken.set_value();
  };
  options.flush_interval = std::chrono::milliseconds(1);
  options.purge_interval = std::chrono::hours(1);
  Housekeeping housekeeping(database_, store_, identities_, clock_, options);

  housekeeping.Start();
  while (looks == 0) std::this_thread::yield();
  housekeeping.Wake();

  EXPECT_EQ(woken.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
  housekeeping.Stop();
  EXPECT_EQ(looks, 2);
}

TEST_F(HousekeepingTest, StopWritesDownWhenKeysWereUsed) {
  store::Stored<identity::AccessKey> key{.account = "000000000000",
                                         .entity = {.id = "AKIA1", .name = "AKIA1"}};
  database_.Write([&](Transaction& transaction) { identities_.Insert(transaction, key); });
  const store::IdentityUse use{.at = clock_.Now(), .service = "kms", .region = "eu-west-1"};
  identities_.uses().Note("AKIA1", use);
  const std::uint64_t changes = identities_.changes();
  Housekeeping housekeeping(database_, store_, identities_, clock_, {});
  housekeeping.Start();

  housekeeping.Stop();

  EXPECT_TRUE(identities_.uses().Pending().empty());
  EXPECT_EQ(identities_.changes(), changes);
  const store::IdentityStore restarted(mac_);
  database_.Read([&](Transaction& transaction) {
    EXPECT_EQ(restarted.uses().Find(transaction, "AKIA1"), use);
  });
}

}  // namespace
}  // namespace coffer::jobs
