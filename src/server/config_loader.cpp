#include "server/config_loader.h"

#include "base/ascii.h"
#include "server/rotation_settings.h"
#include "server/toml.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

namespace coffer::server {
namespace {

constexpr std::string_view kPrefix = "COFFER_";

std::string Suggestion(std::string_view name) {
  const Setting* nearest = NearestSetting(name);
  if (nearest == nullptr) return "See config/coffer.toml for all settings.";
  return "Did you mean " + std::string(nearest->name) + "?";
}

void Apply(Config& config, const Setting& setting, const SettingValue& value,
           const std::string& where) {
  try {
    setting.apply(config, value);
  } catch (const SettingError& error) {
    throw SettingError(where + ": " + std::string(setting.name) + " " + error.what() + ".");
  }
}

std::optional<SettingValue> ValueOf(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  if (const auto number = node.value_exact<std::int64_t>()) return *number;
  if (const auto boolean = node.value_exact<bool>()) return *boolean;
  const toml::array* array = node.as_array();
  if (array == nullptr) return std::nullopt;
  std::vector<std::string> list;
  for (const toml::node& item : *array) {
    const auto text = item.value_exact<std::string>();
    if (!text) return std::nullopt;
    list.push_back(*text);
  }
  return list;
}

void ApplyFile(Config& config, const std::string& file) {
  toml::table table;
  try {
    table = toml::parse_file(file);
  } catch (const toml::parse_error& error) {
    const auto line = error.source().begin.line;
    throw SettingError(file + (line == 0 ? "" : ":" + std::to_string(line)) + ": " +
                       std::string(error.description()));
  }
  for (const auto& [key, node] : table) {
    const std::string where = file + ":" + std::to_string(node.source().begin.line);
    if (key.str() == "rotation_functions") {  // The one that is not a single value.
      config.rotation_functions = ReadRotationFunctions(node, file);
      continue;
    }
    const Setting* setting = FindSetting(key.str());
    if (setting == nullptr) {
      throw SettingError(where + ": there is no setting " + std::string(key.str()) + ". " +
                         Suggestion(key.str()));
    }
    const std::optional<SettingValue> value = ValueOf(node);
    if (!value) {
      throw SettingError(where + ": " + std::string(setting->name) +
                         " has a value of a kind that no setting has.");
    }
    Apply(config, *setting, *value, where);
  }
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), base::ToLower);
  return lower;
}

void ApplyEnvironment(Config& config, const std::vector<std::string>& environment) {
  std::vector<std::string> unknown;
  for (const std::string& entry : environment) {
    const std::size_t equals = std::min(entry.find('='), entry.size());
    const std::string variable = entry.substr(0, equals);
    const Setting* setting = FindSettingOfVariable(variable);
    if (setting == nullptr && !variable.starts_with(kPrefix)) continue;
    if (setting != nullptr && equals < entry.size()) {
      Apply(config, *setting, entry.substr(equals + 1), "environment variable " + variable);
    } else {
      unknown.push_back(variable);
    }
  }
  // The variable that holds the master key may begin like a setting.
  std::erase(unknown, config.master_key_environment);
  if (unknown.empty()) return;
  throw SettingError(
      "environment variable " + unknown.front() + ": there is no such setting. " +
      Suggestion(LowerCase(std::string_view(unknown.front()).substr(kPrefix.size()))));
}

// What the path leads to; `setting` is where it comes from. It may be too long, or lead through
// what the server may not enter.
std::filesystem::path Resolve(std::string_view setting, const std::string& path) {
  std::error_code error;
  auto resolved = std::filesystem::weakly_canonical(path, error);
  if (!error) return resolved;
  throw SettingError(std::string(setting) + " is " + path +
                     ", which can't be looked up: " + error.message() + ".");
}

bool IsInDataDirectory(std::string_view setting, const std::string& file, const Config& config) {
  const auto inner = Resolve(setting, file);
  const auto outer = Resolve("data", config.data_directory);
  return std::ranges::mismatch(outer, inner).in1 == outer.end();
}

void CheckMasterKey(const Config& config) {
  if (config.profile != Profile::kStrict) return;
  const bool is_given =
      config.master_key_passphrase ||
      std::ranges::any_of(std::array{&config.master_key_file, &config.master_key_environment,
                                     &config.master_key_command, &config.master_key_credential},
                          [](const std::string* text) { return !text->empty(); });
  if (!is_given) {
    throw SettingError(
        "The strict profile needs a master key from outside the data directory. Set one of "
        "master_key_file, master_key_environment, master_key_command, master_key_credential or "
        "master_key_passphrase.");
  }
  if (!config.master_key_file.empty() &&
      IsInDataDirectory("master_key_file", config.master_key_file, config)) {
    throw SettingError(
        "master_key_file lies inside the data directory: whoever copies the data would have its "
        "key. Move it elsewhere.");
  }
}

void CheckFunctions(const Config& config) {
  const bool calls_back = std::ranges::any_of(config.rotation_functions, [](const auto& function) {
    return function.kind == RotationFunctionKind::kRuntime;
  });
  if (calls_back && !config.certificate_file.empty() && config.function_endpoint.empty()) {
    throw SettingError(
        "rotation_functions of the kind runtime call this server, and certificate_file is set: set "
        "function_endpoint to a URL that the certificate is good for.");
  }
}

void CheckWhole(const Config& config) {
  CheckMasterKey(config);
  CheckFunctions(config);
  if (config.certificate_file.empty() != config.private_key_file.empty()) {
    throw SettingError("certificate_file and private_key_file belong together: set both or none.");
  }
  if (config.profile == Profile::kStrict && config.trust_any_signature) {
    throw SettingError("trust_any_signature exists in the development profile alone.");
  }
  if (config.profile == Profile::kStrict && config.iam_soft_mode) {
    throw SettingError("iam_soft_mode exists in the development profile alone.");
  }
  if (config.profile == Profile::kStrict && config.ephemeral) {
    throw SettingError("ephemeral exists in the development profile alone.");
  }
  if (!config.anchor_file.empty() && IsInDataDirectory("anchor_file", config.anchor_file, config)) {
    throw SettingError(
        "anchor_file lies inside the data directory: it would be put back together with an older "
        "copy of the data. Move it elsewhere.");
  }
}

}  // namespace

Config LoadConfig(const ConfigSources& sources) {
  Config config;
  config.profile = sources.profile;
  if (sources.file) ApplyFile(config, *sources.file);
  ApplyEnvironment(config, sources.environment);
  for (const auto& [name, argument] : sources.flags) {
    const Setting& setting = *FindSetting(name);
    Apply(config, setting, argument, "flag " + FlagNameOf(setting));
  }
  CheckWhole(config);
  return config;
}

}  // namespace coffer::server
