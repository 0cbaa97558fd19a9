#include "server/settings.h"

#include "base/account.h"
#include "base/log.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

namespace coffer::server {
namespace {

[[noreturn]] void Refuse(const std::string& reason) { throw SettingError(reason); }

std::optional<std::int64_t> ParseInteger(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string TextOf(const SettingValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  Refuse("must be a text in quotes");
}

bool SwitchOf(const SettingValue& value) {
  if (const auto* boolean = std::get_if<bool>(&value)) return *boolean;
  const auto* text = std::get_if<std::string>(&value);
  if (text != nullptr && (*text == "true" || *text == "1")) return true;
  if (text != nullptr && (*text == "false" || *text == "0")) return false;
  Refuse("must be true or false");
}

std::int64_t NumberOf(const SettingValue& value, std::int64_t min, std::int64_t max) {
  std::optional<std::int64_t> number;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) number = *integer;
  if (const auto* text = std::get_if<std::string>(&value)) number = ParseInteger(*text);
  if (!number || *number < min || *number > max) {
    Refuse("must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return *number;
}

// A TOML list, or a text with commas.
std::vector<std::string> ListOf(const SettingValue& value) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return *list;
  const std::string text = TextOf(value);
  std::vector<std::string> list;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    if (end > start) list.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return list;
}

void SetListen(Config& config, const SettingValue& value) {
  constexpr std::string_view kForm = "must be ADDRESS:PORT, such as 127.0.0.1:4566 or [::1]:4566";
  const std::string text = TextOf(value);
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) Refuse(std::string(kForm));
  const auto port = ParseInteger(std::string_view(text).substr(colon + 1));
  if (!port || *port < 0 || *port > std::numeric_limits<std::uint16_t>::max()) {
    Refuse(std::string(kForm));
  }
  std::string address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  }
  config.listen_address = std::move(address);
  config.listen_port = static_cast<std::uint16_t>(*port);
}

void SetAccount(Config& config, const SettingValue& value) {
  std::string account = TextOf(value);
  if (!base::IsAccountId(account)) Refuse("must be twelve digits in quotes");
  config.account = std::move(account);
}

void SetLogLevel(Config& config, const SettingValue& value) {
  base::log::Level ignored{};
  config.log_level = TextOf(value);
  if (!base::log::ParseLevel(config.log_level, ignored)) {
    Refuse("must be debug, info, warning, error or off");
  }
}

template <std::string Config::*kField>
void SetText(Config& config, const SettingValue& value) {
  config.*kField = TextOf(value);
}
template <bool Config::*kField>
void SetSwitch(Config& config, const SettingValue& value) {
  config.*kField = SwitchOf(value);
}
template <std::vector<std::string> Config::*kField>
void SetList(Config& config, const SettingValue& value) {
  config.*kField = ListOf(value);
}
template <auto kField, std::int64_t kMin, std::int64_t kMax>
void SetNumber(Config& config, const SettingValue& value) {
  config.*kField =
      static_cast<std::remove_cvref_t<decltype(config.*kField)>>(NumberOf(value, kMin, kMax));
}

void SetRetryDelays(Config& config, const SettingValue& value) {
  constexpr std::int64_t kLongest = 86'400;
  std::vector<std::int64_t> delays;
  for (const std::string& text : ListOf(value)) {
    const auto seconds = ParseInteger(text);
    if (!seconds || *seconds < 0 || *seconds > kLongest) {
      Refuse("must be a list of seconds, such as 60,300,900, each from 0 to 86400");
    }
    delays.push_back(*seconds);
  }
  config.rotation_retry_delays_seconds = std::move(delays);
}

constexpr std::array kSettings{
    Setting{"listen", "ADDRESS:PORT to serve on; port 0 = any free one", false, &SetListen},
    Setting{"host_names", "further names in the certificate made at first start", false,
            &SetList<&Config::host_names>},
    Setting{"certificate_file", "PEM file with the certificate chain to use instead", false,
            &SetText<&Config::certificate_file>},
    Setting{"private_key_file", "PEM file with its private key", false,
            &SetText<&Config::private_key_file>},
    Setting{"data", "directory of all data", false, &SetText<&Config::data_directory>},
    Setting{"ephemeral", "keep everything in memory", true, &SetSwitch<&Config::ephemeral>},
    Setting{"cache_mebibytes", "bound of the cache of sealed values; 0 = a quarter of the memory",
            false, &SetNumber<&Config::cache_mebibytes, 0, 1 << 24>},
    Setting{"anchor_file", "file outside the data directory that notices an older copy of the data",
            false, &SetText<&Config::anchor_file>},
    Setting{"master_key_file", "file with the master key (0600)", false,
            &SetText<&Config::master_key_file>},
    Setting{"master_key_environment", "name of the variable that holds the master key", false,
            &SetText<&Config::master_key_environment>},
    Setting{"master_key_command", "absolute path of a program that prints the master key", false,
            &SetText<&Config::master_key_command>},
    Setting{"master_key_credential", "name of the systemd credential with the master key", false,
            &SetText<&Config::master_key_credential>},
    Setting{"master_key_passphrase", "ask for a passphrase at start, which becomes the master key",
            true, &SetSwitch<&Config::master_key_passphrase>},
    Setting{"master_key_rewraps_per_second",
            "keys wrapped again in one second when the master key was replaced", false,
            &SetNumber<&Config::master_key_rewraps_per_second, 1, 1'000'000>},
    Setting{"account", "twelve-digit account of the root access key", false, &SetAccount},
    Setting{"extra_regions", "names of regions beside AWS's own", false,
            &SetList<&Config::extra_regions>},
    Setting{"trust_any_signature", "accept any signature (development profile)", true,
            &SetSwitch<&Config::trust_any_signature>},
    Setting{"enforce_iam", "let policies decide (the strict profile always does)", true,
            &SetSwitch<&Config::enforce_iam>},
    Setting{"iam_soft_mode", "log what policies would refuse (development profile)", true,
            &SetSwitch<&Config::iam_soft_mode>},
    Setting{"threads", "threads that serve connections; 0 = one for each core", false,
            &SetNumber<&Config::threads, 0, 1024>},
    Setting{"max_connections", "connections at once", false,
            &SetNumber<&Config::max_connections, 1, 1'000'000>},
    Setting{"max_connections_per_address", "connections at once from one address; 0 = no bound",
            false, &SetNumber<&Config::max_connections_per_address, 0, 1'000'000>},
    Setting{"max_header_bytes", "largest header block of a request", false,
            &SetNumber<&Config::max_header_bytes, 1024, 1 << 20>},
    Setting{"max_body_bytes", "largest body of a request", false,
            &SetNumber<&Config::max_body_bytes, 70'000, 1 << 26>},
    Setting{"max_request_memory_bytes", "memory of all large requests together", false,
            &SetNumber<&Config::max_request_memory_bytes, 1 << 20, std::int64_t{1} << 40>},
    Setting{"handshake_timeout_seconds", "time for a TLS handshake", false,
            &SetNumber<&Config::handshake_timeout_seconds, 1, 3600>},
    Setting{"header_timeout_seconds", "time for a request's header", false,
            &SetNumber<&Config::header_timeout_seconds, 1, 3600>},
    Setting{"body_timeout_seconds", "time for a request's body", false,
            &SetNumber<&Config::body_timeout_seconds, 1, 3600>},
    Setting{"idle_timeout_seconds", "time that an idle connection is kept", false,
            &SetNumber<&Config::idle_timeout_seconds, 1, 86'400>},
    Setting{"write_timeout_seconds", "time for a client to take a reply", false,
            &SetNumber<&Config::write_timeout_seconds, 1, 3600>},
    Setting{"drain_timeout_seconds", "time for requests in flight when stopping", false,
            &SetNumber<&Config::drain_timeout_seconds, 0, 3600>},
    Setting{"rotation_concurrency", "rotations at once", false,
            &SetNumber<&Config::rotation_concurrency, 1, 1000>},
    Setting{"rotation_scheduled_per_second", "rotations that schedules begin in one second", false,
            &SetNumber<&Config::rotation_scheduled_per_second, 1, 1000>},
    Setting{"rotation_retry_delays_seconds",
            "waits before further attempts of a rotation; the last one goes on", false,
            &SetRetryDelays},
    Setting{"rotation_give_up_seconds", "time after which a failing rotation is not tried again",
            false, &SetNumber<&Config::rotation_give_up_seconds, 0, 86'400L * 365>},
    Setting{"function_endpoint", "URL under which rotation functions call this server", false,
            &SetText<&Config::function_endpoint>},
    Setting{"rotator_file", "the program coffer-rotator; where it is not beside this one", false,
            &SetText<&Config::rotator_file>},
    Setting{"log_level", "debug, info, warning, error or off", false, &SetLogLevel},
};

// Levenshtein distance: insertions, deletions and replacements.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

std::span<const Setting> Settings() { return kSettings; }

const Setting* FindSetting(std::string_view name) {
  const auto* found = std::ranges::find(kSettings, name, &Setting::name);
  return found == kSettings.end() ? nullptr : found;
}

const Setting* FindSettingOfVariable(std::string_view variable) {
  constexpr std::string_view kPrefix = "COFFER_";
  // Names that people already have from an emulator.
  const bool is_known_elsewhere = variable == "ENFORCE_IAM" || variable == "IAM_SOFT_MODE";
  if (!is_known_elsewhere) {
    if (!variable.starts_with(kPrefix)) return nullptr;
    variable.remove_prefix(kPrefix.size());
  }
  const auto* found = std::ranges::find_if(kSettings, [&](const Setting& setting) {
    return std::ranges::equal(variable, setting.name, [](char capital, char small) {
      return capital == (small >= 'a' && small <= 'z' ? small - 'a' + 'A' : small);
    });
  });
  return found == kSettings.end() ? nullptr : found;
}

const Setting* NearestSetting(std::string_view name) {
  const Setting* nearest = nullptr;
  // Half of the name wrong is no longer a typing error.
  std::size_t smallest = name.size() / 2 + 1;
  for (const Setting& setting : kSettings) {
    const bool is_part = name.size() >= 4 && setting.name.find(name) != std::string_view::npos;
    const std::size_t distance = is_part ? 1 : EditDistance(name, setting.name);
    if (distance < smallest) {
      smallest = distance;
      nearest = &setting;
    }
  }
  return nearest;
}

std::string FlagNameOf(const Setting& setting) {
  std::string name = "--" + std::string(setting.name);
  std::ranges::replace(name, '_', '-');
  return name;
}

}  // namespace coffer::server
