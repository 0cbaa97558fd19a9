#include "admin/admin_socket.h"

#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>

namespace coffer::admin {
namespace {

TEST(AdminSocketTest, AnswersKnownCommands) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "admin.sock";
  const AdminSocket socket(path, {{"status", [](std::string_view argument) {
                                     return argument.empty() ? std::string("fine\n")
                                                             : std::string(argument);
                                   }}});

  EXPECT_EQ(Ask(path, "status"), "fine\n");
  EXPECT_EQ(Ask(path, "status of all"), "of all");
}

TEST(AdminSocketTest, UnknownAndFailingCommandsAreAnswered) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "admin.sock";
  const AdminSocket socket(path, {{"fail", [](std::string_view) -> std::string {
                                     throw std::runtime_error("inner detail");
                                   }}});

  EXPECT_EQ(Ask(path, "nothing"), "The server does not know this command.\n");
  EXPECT_EQ(Ask(path, "fail"), "The command failed; the server's log says why.\n");
}

TEST(AdminSocketTest, IsClosedToOthersAndRemovedAtTheEnd) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "admin.sock";
  {
    const AdminSocket socket(path, {});
    EXPECT_EQ(std::filesystem::status(path).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_THROW((void)Ask(path, "status"), std::runtime_error);
}

TEST(AdminSocketTest, ReplacesWhatAKilledServerLeft) {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "admin.sock";
  { const AdminSocket first(path, {}); }
  EXPECT_NO_THROW(AdminSocket(path, {}));
}

}  // namespace
}  // namespace coffer::admin
