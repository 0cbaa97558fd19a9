#include "server/data_directory.h"

#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace coffer::server {
namespace {

TEST(DataDirectoryTest, IsMadeClosedToOthers) {
  const test::TemporaryDirectory parent;
  const DataDirectory directory(parent.path() / "a" / "b", /*ephemeral=*/false);

  const auto mode = std::filesystem::status(directory.path()).permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_all);
}

TEST(DataDirectoryTest, SecondServerIsRefusedUntilTheFirstIsGone) {
  const test::TemporaryDirectory parent;
  {
    const DataDirectory first(parent.path(), false);
    EXPECT_THROW(DataDirectory(parent.path(), false), DataDirectoryError);
  }
  EXPECT_NO_THROW(DataDirectory(parent.path(), false));
}

TEST(DataDirectoryTest, PathThatIsAFileIsRefused) {
  EXPECT_THROW(DataDirectory("/dev/null/data", false), DataDirectoryError);
}

TEST(DataDirectoryTest, EphemeralOneIsRemoved) {
  std::filesystem::path path;
  {
    const DataDirectory directory("ignored", /*ephemeral=*/true);
    path = directory.path();
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace coffer::server
