#include "secrets/deletion.h"

#include "support/matchers.h"

#include <gtest/gtest.h>

#include <vector>

namespace coffer::secrets {
namespace {

using test::FailsWith;
using test::IsOk;
using Days = std::optional<std::int64_t>;

constexpr Timestamp kNow{std::chrono::milliseconds(1'700'000'000'123)};

TEST(DeletionTest, WindowIsSevenToThirtyDaysAndThirtyByDefault) {
  struct Case {
    Days asked;
    bool force;
    Days window;
  };
  const std::vector<Case> cases = {
      {std::nullopt, false, 30},          {7, false, 7}, {8, false, 8}, {30, false, 30},
      {std::nullopt, true, std::nullopt},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(testing::PrintToString(c.asked));
    const auto window = DeletionWindow(c.asked, c.force);
    ASSERT_THAT(window, IsOk());
    EXPECT_EQ(*window, c.window);
  }
}

TEST(DeletionTest, AWindowOutsideTheBoundsIsRefusedEvenWithForce) {
  for (const std::int64_t days : {-1, 0, 6, 31, 1'000'000}) {
    for (const bool force : {false, true}) {
      SCOPED_TRACE(days);
      EXPECT_THAT(
          DeletionWindow(days, force),
          FailsWith(ErrorCode::kInvalidParameter,
                    "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."));
    }
  }
}

TEST(DeletionTest, AWindowTogetherWithForceIsRefused) {
  EXPECT_THAT(
      DeletionWindow(7, true),
      FailsWith(
          ErrorCode::kInvalidParameter,
          "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."));
}

TEST(DeletionTest, SchedulingKeepsTheTimeOfTheRequestAndTheEndOfTheWindow) {
  Secret secret;
  secret.description = "kept";

  const Secret scheduled = Scheduled(secret, kNow, 7);

  EXPECT_EQ(scheduled.deleted, kNow);
  EXPECT_EQ(scheduled.purge_at, kNow + std::chrono::hours(7 * 24));
  EXPECT_EQ(scheduled.last_changed, kNow);
  EXPECT_EQ(scheduled.description, "kept");
}

TEST(DeletionTest, RestoringUndoesScheduling) {
  const Timestamp later = kNow + std::chrono::hours(1);

  const Secret restored = Restored(Scheduled(Secret{}, kNow, 30), later);

  EXPECT_EQ(restored.deleted, std::nullopt);
  EXPECT_EQ(restored.purge_at, std::nullopt);
  EXPECT_EQ(restored.last_changed, later);
}

TEST(DeletionTest, RestoringAnActiveSecretChangesNothing) {
  Secret secret;
  secret.last_changed = kNow;

  EXPECT_EQ(Restored(secret, kNow + std::chrono::hours(1)), secret);
}

}  // namespace
}  // namespace coffer::secrets
