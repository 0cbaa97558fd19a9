#include "server/command_line.h"

#include "admin/admin_socket.h"
#include "base/log.h"
#include "server/config_loader.h"
#include "server/explain_command.h"
#include "server/master_key_command.h"
#include "server/process.h"
#include "server/root_access_key.h"
#include "server/rotation_command.h"
#include "server/serve.h"
#include "server/settings.h"
#include "server/verification.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <exception>
#include <filesystem>
#include <string>
#include <sysexits.h>
#include <unistd.h>
#include <vector>

namespace coffer::server {
namespace {

void Say(const std::string& text) {
  // What can't be printed can't be reported either.
  (void)std::fputs(text.c_str(), stdout);
  (void)std::fflush(stdout);
}

void Complain(const std::exception& error) {
  (void)std::fputs(("coffer: " + std::string(error.what()) + "\n").c_str(), stderr);
}

// The flags of one subcommand, as CLI11 fills them in.
class SettingFlags {
 public:
  void AddTo(CLI::App& command) {
    command.add_option("--config", file_, "TOML file with settings")->type_name("FILE");
    for (const Setting& setting : Settings()) {
      if (setting.is_switch) {
        flags_.push_back({&setting, command.add_flag(FlagNameOf(setting)), "true"});
        flags_.back().option->description(std::string(setting.help));
      } else {
        Flag& flag = flags_.emplace_back(Flag{&setting, nullptr, ""});
        flag.option =
            command.add_option(FlagNameOf(setting), flag.argument, std::string(setting.help));
      }
    }
  }

  [[nodiscard]] Config Load(Profile profile) const {
    ConfigSources sources{.profile = profile, .file = {}, .environment = {}, .flags = {}};
    if (!file_.empty()) sources.file = file_;
    // Of others than settings the name is enough: one of them may hold the master key.
    for (char** variable = ::environ; *variable != nullptr; ++variable) {
      const std::string_view entry(*variable);
      const std::string_view name = entry.substr(0, entry.find('='));
      sources.environment.emplace_back(FindSettingOfVariable(name) ? entry : name);
    }
    for (const Flag& flag : flags_) {
      if (flag.option->count() > 0) sources.flags.emplace(flag.setting->name, flag.argument);
    }
    return LoadConfig(sources);
  }

 private:
  struct Flag {
    const Setting* setting;
    CLI::Option* option;
    std::string argument;
  };
  std::string file_;
  std::deque<Flag> flags_;  // CLI11 keeps references to the arguments.
};

int ServeWith(const SettingFlags& flags, Profile profile) {
  const Config config = flags.Load(profile);
  base::log::Level level{};
  if (base::log::ParseLevel(config.log_level, level)) base::log::SetLevel(level);
  return Serve(config);
}

int CheckConfig(const SettingFlags& flags, bool strict) {
  (void)flags.Load(strict ? Profile::kStrict : Profile::kDevelopment);
  Say("The configuration is sound.\n");
  return EXIT_SUCCESS;
}

int VerifyData(const SettingFlags& flags) {
  const Config config = flags.Load(Profile::kDevelopment);
  if (!std::filesystem::exists(DataDirectory::DatabaseOf(config.data_directory))) {
    throw DataDirectoryError("There is no data in " + config.data_directory + ".");
  }
  Vault vault(config, [](std::string_view) {});
  const VerificationReport report = Verify(vault);
  for (const std::string& problem : report.problems) Say(problem + "\n");
  Say(std::to_string(report.secrets) + " secrets, " + std::to_string(report.versions) +
      " versions, " + std::to_string(report.identities) + " identities, " +
      std::to_string(report.problems.size()) + " problems\n");
  return report.problems.empty() ? EXIT_SUCCESS : EX_DATAERR;
}

// What a start does for new data alone the operator may ask for: nobody can who only writes to the
// database.
int MakeRootKey(const SettingFlags& flags) {
  const Config config = flags.Load(Profile::kStrict);
  if (!std::filesystem::exists(DataDirectory::DatabaseOf(config.data_directory))) {
    throw DataDirectoryError("There is no data in " + config.data_directory + ".");
  }
  Vault vault(config, [](std::string_view) {});
  bool has_one = false;
  vault.database.Read([&](Transaction& transaction) {
    has_one = !vault.keyring.key_store().AccessKeys(transaction).empty();
  });
  if (has_one) throw DataDirectoryError("The data has a root access key already.");
  const std::filesystem::path file = vault.directory.RootCredentials();
  CreateRootAccessKey(vault.database, vault.keyring, vault.random, vault.clock, config.account,
                      file);
  Say("root access key (AWS_SHARED_CREDENTIALS_FILE): " + file.string() + "\n");
  return EXIT_SUCCESS;
}

int AskServer(const SettingFlags& flags, std::string_view command) {
  const Config config = flags.Load(Profile::kDevelopment);
  Say(admin::Ask(DataDirectory::AdminSocketOf(config.data_directory), command));
  return EXIT_SUCCESS;
}

int ExplainAccess(const SettingFlags& flags, const ExplainCommand& explain) {
  const Config config = flags.Load(Profile::kDevelopment);
  return explain.Run(DataDirectory::AdminSocketOf(config.data_directory));
}

int AskAboutRotation(const SettingFlags& flags, const RotationCommand& command) {
  const Config config = flags.Load(Profile::kDevelopment);
  return command.Run(DataDirectory::AdminSocketOf(config.data_directory), config.account);
}

int AskAboutMasterKey(const SettingFlags& flags, const MasterKeyCommand& command) {
  const Config config = flags.Load(Profile::kDevelopment);
  return command.Run(DataDirectory::AdminSocketOf(config.data_directory));
}

/// `add` adds a subcommand with the flags of settings. The commands must outlive `app`.
void AddKeyCommands(CLI::App& app, std::deque<MasterKeyCommand>& commands, const auto& add) {
  CLI::App* key = app.add_subcommand("key", "the master key of the running server");
  key->require_subcommand(1);
  const auto add_key = [&](const char* verb, const char* help) {
    MasterKeyCommand& own_command = commands.emplace_back();
    own_command.AddTo(
        *add(*key, verb, help,
             [&own_command](const auto& own) { return AskAboutMasterKey(own, own_command); }),
        verb);
  };
  add_key("status", "its versions, how old they are, and what each still wraps");
  add_key("rotate", "replace it: by the second key that is given, or a fresh one in its file");
}

int Run(int argc, char** argv) {
  CLI::App app("A self-hosted secrets vault that speaks the AWS Secrets Manager API.", "coffer");
  app.set_version_flag("--version", "coffer " COFFER_VERSION);
  app.require_subcommand(1);

  int exit_code = EXIT_SUCCESS;
  std::deque<SettingFlags> flags;
  const auto add = [&](CLI::App& parent, const char* name, const char* help, auto action) {
    CLI::App* command = parent.add_subcommand(name, help);
    SettingFlags& own = flags.emplace_back();
    own.AddTo(*command);
    command->final_callback([&own, &exit_code, action] { exit_code = action(own); });
    return command;
  };

  add(app, "dev", "serve for development: key test, secret test",
      [](const auto& own) { return ServeWith(own, Profile::kDevelopment); });
  add(app, "serve", "serve for real: needs a master key, TLS only",
      [](const auto& own) { return ServeWith(own, Profile::kStrict); });
  CLI::App* config = app.add_subcommand("config", "look at the configuration");
  config->require_subcommand(1);
  bool strict = false;
  add(*config, "check", "say whether file, environment and flags make sense",
      [&strict](const auto& own) { return CheckConfig(own, strict); })
      ->add_flag("--strict", strict, "as coffer serve would see it");
  add(app, "status", "ask the running server of this data directory how it is",
      [](const auto& own) { return AskServer(own, "status"); });
  ExplainCommand explain;
  explain.AddTo(*add(app, "explain", "ask the running server why somebody may do something or not",
                     [&explain](const auto& own) { return ExplainAccess(own, explain); }));
  CLI::App* rotation = app.add_subcommand("rotation", "look at rotations of the running server");
  rotation->require_subcommand(1);
  std::deque<RotationCommand> rotation_commands;
  const auto add_rotation = [&](const char* verb, const char* help) {
    RotationCommand& own_command = rotation_commands.emplace_back();
    own_command.AddTo(
        *add(*rotation, verb, help,
             [&own_command](const auto& own) { return AskAboutRotation(own, own_command); }),
        verb);
  };
  add_rotation("list", "those that are not over, and the last ones that are");
  add_rotation("show", "how a secret is rotated, and each step of its last rotations");
  add_rotation("retry", "try a rotation that waits or is stuck now");
  std::deque<MasterKeyCommand> key_commands;
  AddKeyCommands(app, key_commands, add);
  add(app, "root-key", "make a root access key for data that has none (server stopped)",
      [](const auto& own) { return MakeRootKey(own); });
  add(app, "verify", "check every record of the data directory (server stopped)",
      [](const auto& own) { return VerifyData(own); });

  CLI11_PARSE(app, argc, argv);
  return exit_code;
}

}  // namespace

int RunCommandLine(int argc, char** argv) {
  HardenProcess();
  int exit_code = EXIT_FAILURE;
  try {
    exit_code = Run(argc, argv);
  } catch (const SettingError& error) {
    Complain(error);
    exit_code = EX_CONFIG;
  } catch (const std::exception& error) {
    Complain(error);
  }
  base::log::Flush();
  return exit_code;
}

}  // namespace coffer::server
