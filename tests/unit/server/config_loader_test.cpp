#include "server/config_loader.h"

#include "server/settings.h"
#include "support/temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace coffer::server {
namespace {

using ::testing::HasSubstr;

class ConfigLoaderTest : public ::testing::Test {
 protected:
  std::string File(const std::string& text) const {
    const std::filesystem::path path = directory_.path() / "test.toml";
    std::ofstream(path) << text;
    return path.string();
  }

  static std::string ErrorOf(const ConfigSources& sources) {
    try {
      (void)LoadConfig(sources);
    } catch (const SettingError& error) {
      return error.what();
    }
    return "no error";
  }

  test::TemporaryDirectory directory_;
};

TEST_F(ConfigLoaderTest, DefaultsAreThoseOfConfig) {
  const Config config = LoadConfig({});

  EXPECT_EQ(config.listen_address, "127.0.0.1");
  EXPECT_EQ(config.listen_port, 4566);
  EXPECT_EQ(config.data_directory, "./coffer-data");
}

TEST_F(ConfigLoaderTest, FlagsWinOverEnvironmentAndEnvironmentOverFile) {
  ConfigSources sources;
  sources.file = File("listen = '1.1.1.1:1'\ndata = '/file'\nthreads = 1\n");
  sources.environment = {"COFFER_DATA=/environment", "COFFER_THREADS=2", "PATH=/bin"};
  sources.flags = {{"threads", "3"}};

  const Config config = LoadConfig(sources);

  EXPECT_EQ(config.listen_address, "1.1.1.1");
  EXPECT_EQ(config.data_directory, "/environment");
  EXPECT_EQ(config.threads, 3U);
}

TEST_F(ConfigLoaderTest, ListsComeAsTomlListsOrWithCommas) {
  ConfigSources sources;
  sources.file = File("host_names = ['vault.example', 'v2']\n");
  sources.environment = {"COFFER_EXTRA_REGIONS=home-1,lab-2"};

  const Config config = LoadConfig(sources);

  EXPECT_EQ(config.host_names, (std::vector<std::string>{"vault.example", "v2"}));
  EXPECT_EQ(config.extra_regions, (std::vector<std::string>{"home-1", "lab-2"}));
}

struct FileErrorCase {
  std::string text;
  std::string expected;
};

TEST_F(ConfigLoaderTest, MistakesInTheFileNameTheLineAndWhatWasMeant) {
  const std::vector<FileErrorCase> cases{
      {"log_level = 'info'\nlissten = 'x'\n",
       ":2: there is no setting lissten. Did you mean listen?"},
      {"timeout = 1\n", "Did you mean handshake_timeout_seconds?"},
      {"zzzzzz = 1\n", "See config/coffer.toml"},
      {"threads = 'many'\n", ":1: threads must be a whole number from 0 to 1024."},
      {"threads = 5000\n", "threads must be a whole number"},
      {"ephemeral = 'perhaps'\n", "ephemeral must be true or false."},
      {"listen = '4566'\n", "listen must be ADDRESS:PORT"},
      {"listen = 'localhost:99999'\n", "listen must be ADDRESS:PORT"},
      {"account = '12'\n", "account must be twelve digits"},
      {"log_level = 'loud'\n", "log_level must be debug, info, warning, error or off."},
      {"host_names = [1]\n", "value of a kind that no setting has"},
      {"data = \n", ":1"},
  };
  for (const FileErrorCase& test : cases) {
    ConfigSources sources;
    sources.file = File(test.text);
    EXPECT_THAT(ErrorOf(sources), HasSubstr(test.expected)) << test.text;
  }
}

TEST_F(ConfigLoaderTest, MissingFileIsAnError) {
  ConfigSources sources;
  sources.file = (directory_.path() / "absent.toml").string();
  EXPECT_THAT(ErrorOf(sources), HasSubstr("absent.toml"));
}

TEST_F(ConfigLoaderTest, UnknownVariableIsRefusedUnlessItHoldsTheMasterKey) {
  ConfigSources sources;
  sources.environment = {"COFFER_LISTN=x"};
  EXPECT_THAT(ErrorOf(sources),
              HasSubstr("COFFER_LISTN: there is no such setting. Did you mean listen?"));

  sources.environment = {"COFFER_KEY=00", "COFFER_MASTER_KEY_ENVIRONMENT=COFFER_KEY"};
  EXPECT_EQ(LoadConfig(sources).master_key_environment, "COFFER_KEY");
}

TEST_F(ConfigLoaderTest, StrictProfileNeedsAMasterKeyFromElsewhere) {
  ConfigSources sources{.profile = Profile::kStrict, .file = {}, .environment = {}, .flags = {}};
  EXPECT_THAT(ErrorOf(sources), HasSubstr("needs a master key from outside the data directory"));
  for (const auto& [name, value] :
       {std::pair("master_key_environment", "KEY"), std::pair("master_key_command", "/bin/key"),
        std::pair("master_key_credential", "key"), std::pair("master_key_passphrase", "true")}) {
    sources.flags = {{name, value}};
    EXPECT_EQ(ErrorOf(sources), "no error") << name;
  }

  const std::string data = (directory_.path() / "data").string();
  sources.flags = {{"data", data}, {"master_key_file", data + "/../data/key"}};
  EXPECT_THAT(ErrorOf(sources), HasSubstr("inside the data directory"));

  sources.flags["master_key_file"] = (directory_.path() / "key").string();
  EXPECT_NO_THROW((void)LoadConfig(sources));
}

TEST_F(ConfigLoaderTest, ContradictionsAreRefused) {
  const std::vector<std::map<std::string, std::string>> contradictions{
      {{"certificate_file", "/a"}},
      {{"anchor_file", "./coffer-data/anchor"}},
  };
  for (const auto& flags : contradictions) {
    ConfigSources sources;
    sources.flags = flags;
    EXPECT_NE(ErrorOf(sources), "no error") << flags.begin()->first;
  }
}

TEST_F(ConfigLoaderTest, APathThatCannotBeLookedUpIsNamedWithItsSetting) {
  for (const std::string name : {"anchor_file", "data"}) {
    ConfigSources sources;
    sources.flags = {{"anchor_file", "/a"}};
    sources.flags[name] = "/" + std::string(300, 'x');
    EXPECT_THAT(ErrorOf(sources), HasSubstr(name + " is /xxx"));
  }
}

TEST_F(ConfigLoaderTest, SampleFileShowsEverySettingWithItsDefault) {
  const std::filesystem::path sample =
      std::filesystem::path(COFFER_SOURCE_DIR) / "config/coffer.toml";
  std::ifstream in(sample);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  for (const Setting& setting : Settings()) {
    EXPECT_THAT(text, HasSubstr("\n" + std::string(setting.name) + " = ")) << setting.name;
  }

  ConfigSources sources;
  sources.file = sample.string();
  const Config from_sample = LoadConfig(sources);
  const Config defaults;
  EXPECT_EQ(from_sample.listen_port, defaults.listen_port);
  EXPECT_EQ(from_sample.max_header_bytes, defaults.max_header_bytes);
  EXPECT_EQ(from_sample.max_body_bytes, defaults.max_body_bytes);
  EXPECT_EQ(from_sample.max_request_memory_bytes, defaults.max_request_memory_bytes);
  EXPECT_EQ(from_sample.max_connections, defaults.max_connections);
  EXPECT_EQ(from_sample.handshake_timeout_seconds, defaults.handshake_timeout_seconds);
  EXPECT_EQ(from_sample.header_timeout_seconds, defaults.header_timeout_seconds);
  EXPECT_EQ(from_sample.body_timeout_seconds, defaults.body_timeout_seconds);
  EXPECT_EQ(from_sample.idle_timeout_seconds, defaults.idle_timeout_seconds);
  EXPECT_EQ(from_sample.write_timeout_seconds, defaults.write_timeout_seconds);
  EXPECT_EQ(from_sample.drain_timeout_seconds, defaults.drain_timeout_seconds);
  EXPECT_EQ(from_sample.master_key_rewraps_per_second, defaults.master_key_rewraps_per_second);
  EXPECT_EQ(from_sample.log_level, defaults.log_level);
}

}  // namespace
}  // namespace coffer::server
