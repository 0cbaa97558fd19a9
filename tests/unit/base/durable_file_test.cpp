#include "base/durable_file.h"

#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <system_error>

namespace coffer::base {
namespace {

class DurableFileTest : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path file() const { return directory_.path() / "file"; }

  [[nodiscard]] std::string Content() const {
    std::ifstream in(file());
    return {std::istreambuf_iterator<char>(in), {}};
  }

  [[nodiscard]] std::ptrdiff_t FileCount() const {
    return std::distance(std::filesystem::directory_iterator(directory_.path()), {});
  }

  [[nodiscard]] mode_t Mode() const {
    struct stat status {};
    EXPECT_EQ(::stat(file().c_str(), &status), 0);
    return status.st_mode & 07777;
  }

 private:
  test::TemporaryDirectory directory_;
};

TEST_F(DurableFileTest, CreateWritesThePiecesInARow) {
  CreateFile(file(), 0600, {"one ", "", "two"});

  EXPECT_EQ(Content(), "one two");
  EXPECT_EQ(Mode(), 0600);
}

TEST_F(DurableFileTest, CreateLeavesAnExistingFileAlone) {
  CreateFile(file(), 0600, {"old"});

  try {
    CreateFile(file(), 0600, {"new"});
    FAIL() << "not refused";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::file_exists);
    EXPECT_NE(std::string(error.what()).find(file().string()), std::string::npos);
  }
  EXPECT_EQ(Content(), "old");
}

TEST_F(DurableFileTest, CreateFollowsNoSymbolicLink) {
  std::filesystem::create_symlink(file().string() + "-elsewhere", file());

  EXPECT_THROW(CreateFile(file(), 0600, {"text"}), std::system_error);
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(DurableFileTest, CreateLeavesNoHalfOfAFileWhenTheProcessIsKilled) {
  const auto die_in_mid_write = [&] {
    constexpr rlimit kFourBytes{4, 4};
    constexpr rlimit kNoCore{0, 0};
    ::setrlimit(RLIMIT_CORE, &kNoCore);
    ::setrlimit(RLIMIT_FSIZE, &kFourBytes);
    CreateFile(file(), 0600, {"more than four bytes"});
  };

  EXPECT_EXIT(die_in_mid_write(), testing::KilledBySignal(SIGXFSZ), "");

  EXPECT_FALSE(std::filesystem::exists(file()));
  CreateFile(file(), 0600, {"whole"});
  EXPECT_EQ(Content(), "whole");
  EXPECT_EQ(FileCount(), 1);
}

TEST_F(DurableFileTest, ReplaceWritesAFileThatIsNotThereYet) {
  ReplaceFile(file(), 0600, {"one ", "two"});

  EXPECT_EQ(Content(), "one two");
  EXPECT_EQ(Mode(), 0600);
}

TEST_F(DurableFileTest, ReplaceLeavesTheNewContentAlone) {
  ReplaceFile(file(), 0600, {"a long text"});
  ReplaceFile(file(), 0644, {"short"});

  EXPECT_EQ(Content(), "short");
  EXPECT_EQ(Mode(), 0644);
  EXPECT_EQ(FileCount(), 1);
}

TEST_F(DurableFileTest, ReplaceTakesNoNoticeOfWhatAKilledProcessLeft) {
  std::ofstream(file().string() + ".new") << "half a";

  ReplaceFile(file(), 0600, {"whole"});

  EXPECT_EQ(Content(), "whole");
  EXPECT_EQ(FileCount(), 1);
}

TEST_F(DurableFileTest, FailedReplaceLeavesNothingBehind) {
  std::filesystem::create_directory(file());  // Which no file can be renamed to.

  EXPECT_THROW(ReplaceFile(file(), 0600, {"text"}), std::system_error);
  EXPECT_EQ(FileCount(), 1);
}

TEST_F(DurableFileTest, MissingDirectoryIsAnError) {
  EXPECT_THROW(CreateFile(file() / "inside", 0600, {"text"}), std::system_error);
  EXPECT_THROW(ReplaceFile(file() / "inside", 0600, {"text"}), std::system_error);
}

}  // namespace
}  // namespace coffer::base
