#include "server/anchor.h"

#include "server/data_directory.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <fstream>

namespace coffer::server {
namespace {

TEST(AnchorTest, NewerOrEqualDatabaseIsAccepted) {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "anchor";
  Anchor(file).Check(7);

  EXPECT_NO_THROW(Anchor(file).Check(7));
  EXPECT_NO_THROW(Anchor(file).Check(9));
}

TEST(AnchorTest, OlderDatabaseIsRefused) {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "anchor";
  Anchor anchor(file);
  anchor.Check(1);
  anchor.Advance(12);

  EXPECT_THROW(Anchor(file).Check(11), DataDirectoryError);
}

TEST(AnchorTest, DamagedFileIsNotTakenForAbsent) {
  const test::TemporaryDirectory directory;
  const auto file = directory.path() / "anchor";
  std::ofstream(file) << "garbage";

  EXPECT_THROW(Anchor(file).Check(1), DataDirectoryError);
}

}  // namespace
}  // namespace coffer::server
