#include "keyring/master_key.h"

#include "keyring/key_command.h"
#include "keyring/master_key_file.h"
#include "support/fake_random.h"
#include "support/hex.h"
#include "support/temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <fstream>
#include <functional>
#include <stdlib.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace coffer::keyring {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Kind = MasterKeySource::Kind;

constexpr std::string_view kHexKey =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff";
constexpr std::string_view kUpperHexKey =
    "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1EFF";
constexpr std::string_view kBase64Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8=";

std::string RawKey() {
  const auto bytes = test::Bytes(kHexKey);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The text of the MasterKeyError that `load` throws.
std::string RefusalOf(const std::function<void()>& load) {
  try {
    load();
  } catch (const MasterKeyError& error) {
    return error.what();
  }
  return "no refusal";
}

class MasterKeyTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string Path(std::string_view name) const {
    return (directory_.path() / name).string();
  }
  [[nodiscard]] std::string Write(std::string_view name, std::string_view content,
                                  mode_t mode) const {
    const std::string path = Path(name);
    std::ofstream(path, std::ios::binary) << content;
    ::chmod(path.c_str(), mode);
    return path;
  }
  [[nodiscard]] std::string Script(std::string_view body) const {
    return Write("command", "#!/bin/sh\n" + std::string(body) + "\n", 0700);
  }
  /// The keys in hexadecimal, with blanks between them.
  [[nodiscard]] static std::string Load(Kind kind, const std::string& where) {
    std::string text;
    for (const GivenMasterKey& given : LoadMasterKeys({kind, where})) {
      text += (text.empty() ? "" : " ") + test::Hex(given.key.Expose());
    }
    return text;
  }
  [[nodiscard]] static std::string Refusal(Kind kind, const std::string& where) {
    return RefusalOf([&] { (void)LoadMasterKeys({kind, where}); });
  }

 private:
  test::TemporaryDirectory directory_;
};

TEST_F(MasterKeyTest, FileHoldsTheKeyInOneOfThreeForms) {
  const std::string contents[] = {
      std::string(kHexKey),
      std::string(kHexKey) + "\n",
      " \t\r\n" + std::string(kHexKey) + " \r\n\n",
      std::string(kUpperHexKey),
      std::string(kBase64Key),
      std::string(kBase64Key) + "\n",
      RawKey(),
  };
  for (const std::string& content : contents) {
    EXPECT_EQ(Load(Kind::kFile, Write("key", content, 0600)), kHexKey) << content;
  }
}

TEST_F(MasterKeyTest, AnythingElseInTheFileIsRefusedWithoutShowingIt) {
  const std::string contents[] = {
      "",
      "\n",
      std::string(kHexKey).substr(1),
      std::string(kHexKey) + "00",
      std::string(kHexKey).replace(5, 1, "g"),
      std::string(kBase64Key).substr(0, 43),
      std::string(kBase64Key).replace(5, 1, "*"),
      std::string(44, 'A'),
      RawKey() + "\n",
      RawKey().substr(1),
      std::string(kHexKey) + "\n" + std::string(kHexKey),
      std::string(5'000, 'a'),
  };
  for (const std::string& content : contents) {
    const std::string refusal = Refusal(Kind::kFile, Write("key", content, 0600));
    EXPECT_THAT(refusal, HasSubstr("master key file")) << content;
    EXPECT_THAT(refusal, Not(HasSubstr("0405060708"))) << content;
  }
}

TEST_F(MasterKeyTest, FileMustBeClosedToOthers) {
  for (const mode_t mode : {0600U, 0400U}) {
    EXPECT_EQ(Load(Kind::kFile, Write("key-" + std::to_string(mode), kHexKey, mode)), kHexKey);
  }
  for (const mode_t mode : {0640U, 0604U, 0660U, 0644U, 0700U, 04600U}) {
    EXPECT_THAT(Refusal(Kind::kFile, Write("key-" + std::to_string(mode), kHexKey, mode)),
                HasSubstr("chmod 0600 or 0400"));
  }
}

TEST_F(MasterKeyTest, FileMustBeARegularFile) {
  const std::string key = Write("key", kHexKey, 0600);
  std::filesystem::create_symlink(key, Path("link"));
  ::mkfifo(Path("pipe").c_str(), 0600);

  EXPECT_THAT(Refusal(Kind::kFile, Path("link")), HasSubstr("is a symbolic link"));
  EXPECT_THAT(Refusal(Kind::kFile, Path("pipe")), HasSubstr("is not a regular file"));
  EXPECT_THAT(Refusal(Kind::kFile, Path("")), HasSubstr("is not a regular file"));
  EXPECT_THAT(Refusal(Kind::kFile, Path("missing")), HasSubstr("cannot be opened"));
}

TEST_F(MasterKeyTest, FileOfAnotherUserIsRefused) {
  const std::string key = Write("key", kHexKey, 0600);
  if (::chown(key.c_str(), 12345, 12345) != 0) GTEST_SKIP() << "needs the right to change owners";

  EXPECT_THAT(Refusal(Kind::kFile, key), HasSubstr("belongs to another user"));
}

TEST_F(MasterKeyTest, VariableIsReadOnceAndOverwritten) {
  ::setenv("COFFER_TEST_KEY", std::string(kHexKey).c_str(), 1);
  const char* const memory = ::getenv("COFFER_TEST_KEY");

  EXPECT_EQ(Load(Kind::kEnvironment, "COFFER_TEST_KEY"), kHexKey);

  EXPECT_EQ(std::string(memory, kHexKey.size()), std::string(kHexKey.size(), '\0'));
  EXPECT_EQ(::getenv("COFFER_TEST_KEY"), nullptr);
  EXPECT_THAT(Refusal(Kind::kEnvironment, "COFFER_TEST_KEY"), HasSubstr("is not set"));
}

TEST_F(MasterKeyTest, VariableTakesTextFormsOnly) {
  ::setenv("COFFER_TEST_KEY", std::string(kBase64Key).c_str(), 1);
  EXPECT_EQ(Load(Kind::kEnvironment, "COFFER_TEST_KEY"), kHexKey);

  ::setenv("COFFER_TEST_KEY", std::string(32, 'k').c_str(), 1);
  EXPECT_THAT(Refusal(Kind::kEnvironment, "COFFER_TEST_KEY"), HasSubstr("is neither"));
}

TEST_F(MasterKeyTest, CommandPrintsTheKey) {
  EXPECT_EQ(Load(Kind::kCommand, Script("echo " + std::string(kHexKey))), kHexKey);
}

TEST_F(MasterKeyTest, CommandMustBeAnAbsolutePath) {
  EXPECT_THAT(Refusal(Kind::kCommand, "echo"), HasSubstr("must be an absolute path"));
  EXPECT_THAT(Refusal(Kind::kCommand, ""), HasSubstr("must be an absolute path"));
  EXPECT_THAT(Refusal(Kind::kCommand, Path("missing")), HasSubstr("cannot be started"));
}

TEST_F(MasterKeyTest, CommandMustSucceed) {
  const std::string print = "echo " + std::string(kHexKey) + "\n";

  EXPECT_THAT(Refusal(Kind::kCommand, Script(print + "exit 3")), HasSubstr("failed"));
  EXPECT_THAT(Refusal(Kind::kCommand, Script(print + "kill -9 $$")), HasSubstr("failed"));
  EXPECT_THAT(Refusal(Kind::kCommand, Script("echo nonsense")), HasSubstr("is neither"));
}

TEST_F(MasterKeyTest, CommandSeesNoEnvironmentArgumentsOrInput) {
  ::setenv("COFFER_TEST_LEAK", "leak", 1);
  const std::string script = Script("cat; echo \"$#\"; tr '\\0' '\\n' < /proc/$$/environ");

  EXPECT_EQ(RunKeyCommand(script).ExposeText(), "0\n");

  ::unsetenv("COFFER_TEST_LEAK");
}

TEST_F(MasterKeyTest, CommandMayWrite4096Bytes) {
  const auto print = [](int count) { return "head -c " + std::to_string(count) + " /dev/zero"; };

  EXPECT_EQ(RunKeyCommand(Script(print(4096))).size(), 4096U);
  EXPECT_THAT(RefusalOf([&] { (void)RunKeyCommand(Script(print(4097))); }),
              HasSubstr("wrote more than 4096 bytes"));
  EXPECT_THAT(RefusalOf([&] { (void)RunKeyCommand(Script("exec cat /dev/zero")); }),
              HasSubstr("wrote more than 4096 bytes"));
}

TEST_F(MasterKeyTest, CommandThatHangsIsKilledWithItsChildren) {
  const CommandLimits short_limits{std::chrono::milliseconds(50), 4096};
  const std::string scripts[] = {
      Script("exec sleep 600"),
      Write("child", "#!/bin/sh\nsleep 600 & wait\n", 0700),
      Write("closed", "#!/bin/sh\nexec >&-\nexec sleep 600\n", 0700),
  };
  for (const std::string& script : scripts) {
    EXPECT_THAT(RefusalOf([&] { (void)RunKeyCommand(script, short_limits); }),
                HasSubstr("took too long"));
  }
}

TEST_F(MasterKeyTest, CommandMayPrintTheBytesThemselves) {
  const std::string key = Write("raw", RawKey(), 0600);

  EXPECT_EQ(Load(Kind::kCommand, Script("cat " + key)), kHexKey);
}

TEST_F(MasterKeyTest, EverySourceMayGiveTwoKeys) {
  const std::string second(64, 'a');
  const std::string both = std::string(kHexKey) + "\n" + second + "\n";
  const std::string expected = std::string(kHexKey) + " " + second;
  const std::string file = Write("key", both, 0600);

  EXPECT_EQ(Load(Kind::kFile, file), expected);
  EXPECT_EQ(Load(Kind::kCommand, Script("cat " + file)), expected);
  ::setenv("COFFER_TEST_KEY", both.c_str(), 1);
  EXPECT_EQ(Load(Kind::kEnvironment, "COFFER_TEST_KEY"), expected);

  const auto given = LoadMasterKeys({Kind::kFile, file});
  EXPECT_EQ(given[1].where, "file " + file + ", key 2");
}

TEST_F(MasterKeyTest, CredentialIsAFileOfTheService) {
  (void)Write("key", kHexKey, 0400);
  ::setenv("CREDENTIALS_DIRECTORY", Path("").c_str(), 1);

  EXPECT_EQ(Load(Kind::kCredential, "key"), kHexKey);
  (void)Write("shared", kHexKey, 0440);  // As with an access list.
  EXPECT_EQ(Load(Kind::kCredential, "shared"), kHexKey);

  for (const mode_t mode : {0444U, 0460U, 0404U, 0450U}) {
    const std::string name = "open-" + std::to_string(mode);
    (void)Write(name, kHexKey, mode);
    EXPECT_THAT(Refusal(Kind::kCredential, name), HasSubstr("must be closed to others")) << mode;
  }
  std::filesystem::create_symlink(Path("key"), Path("link"));
  EXPECT_THAT(Refusal(Kind::kCredential, "link"), HasSubstr("is a symbolic link"));
  EXPECT_THAT(Refusal(Kind::kCredential, "missing"), HasSubstr("cannot be opened"));
  for (const char* const path : {"/etc/passwd", "../key", "..", "."}) {
    EXPECT_THAT(Refusal(Kind::kCredential, path), HasSubstr("the name alone")) << path;
  }
  ::setenv("CREDENTIALS_DIRECTORY", "relative", 1);
  EXPECT_THAT(Refusal(Kind::kCredential, "key"), HasSubstr("LoadCredential"));
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_THAT(Refusal(Kind::kCredential, "key"), HasSubstr("LoadCredential"));
}

TEST_F(MasterKeyTest, ReplacedFileHoldsTheNewKeysAndTheOldOnesAreOverwritten) {
  const std::string file = Write("key", kHexKey, 0400);
  const int old = ::open(file.c_str(), O_RDONLY);
  std::vector<SecretBytes> keys;
  keys.push_back(SecretBytes::FromText(std::string(32, 'k')));

  ReplaceMasterKeyFile(file, keys);

  EXPECT_EQ(Load(Kind::kFile, file), test::Hex(keys.front().Expose()));
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0400U);
  std::string left(kHexKey.size(), 'x');
  ASSERT_EQ(::pread(old, left.data(), left.size(), 0), static_cast<ssize_t>(left.size()));
  EXPECT_EQ(left, std::string(left.size(), '\0'));
  ::close(old);
}

TEST_F(MasterKeyTest, AFileThatSomebodyKeepsUnderAnotherNameIsNotOverwritten) {
  const std::string file = Write("key", kHexKey, 0600);
  std::filesystem::create_hard_link(file, Path("copy"));
  std::vector<SecretBytes> keys;
  keys.push_back(SecretBytes::FromText(std::string(32, 'k')));

  ReplaceMasterKeyFile(file, keys);

  EXPECT_EQ(Load(Kind::kFile, Path("copy")), kHexKey);
}

TEST_F(MasterKeyTest, CreatedFileCanBeLoaded) {
  test::FakeRandom random;

  const SecretBytes created = CreateMasterKeyFile(Path("key"), random);

  EXPECT_EQ(Load(Kind::kFile, Path("key")), test::Hex(created.Expose()));
  struct stat status {};
  ASSERT_EQ(::stat(Path("key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  EXPECT_EQ(status.st_size, 65);
}

TEST_F(MasterKeyTest, CreatingNeverOverwrites) {
  test::FakeRandom random;
  const std::string existing = Write("key", kHexKey, 0600);
  std::filesystem::create_symlink(Path("elsewhere"), Path("link"));

  EXPECT_THAT(RefusalOf([&] { (void)CreateMasterKeyFile(existing, random); }),
              HasSubstr("cannot be created"));
  EXPECT_THAT(RefusalOf([&] { (void)CreateMasterKeyFile(Path("link"), random); }),
              HasSubstr("cannot be created"));

  EXPECT_EQ(Load(Kind::kFile, existing), kHexKey);
}

}  // namespace
}  // namespace coffer::keyring
