#include "rotation/native/settings.h"

#include "base/ascii.h"
#include "coffer/result.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace coffer::rotation::native {
namespace {

// Settings of the new password, which the server makes, and what AWS's functions also expect.
constexpr std::array<std::string_view, 9> kOfOthers = {
    "EXCLUDE_CHARACTERS",         "PASSWORD_LENGTH",          "EXCLUDE_NUMBERS",
    "EXCLUDE_PUNCTUATION",        "EXCLUDE_UPPERCASE",        "EXCLUDE_LOWERCASE",
    "REQUIRE_EACH_INCLUDED_TYPE", "SECRETS_MANAGER_ENDPOINT", "INCLUDE_SPACE"};

std::unexpected<RotatorError> Refused(std::string_view name, std::string_view expected) {
  return Failed(errors::kInvalidSettings,
                "The setting " + std::string(name) + " must be " + std::string(expected) + ".");
}

template <class T>
struct Choice {
  std::string_view name;
  T value;
};

template <class T, std::size_t kSize>
Outcome<T> OneOf(std::string_view name, std::string_view value,
                 const std::array<Choice<T>, kSize>& choices) {
  std::string names;
  for (const auto& choice : choices) {
    if (choice.name == value) return choice.value;
    if (!names.empty()) names += ", ";
    names += choice.name.empty() ? "empty" : choice.name;
  }
  return Refused(name, "one of: " + names);
}

// What AWS's functions take for true; the rest of what people write is false, and typing errors are
// neither.
constexpr std::array<Choice<bool>, 8> kTruths = {{{"true", true},
                                                  {"1", true},
                                                  {"y", true},
                                                  {"yes", true},
                                                  {"false", false},
                                                  {"0", false},
                                                  {"n", false},
                                                  {"no", false}}};

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return base::ToLower(c); });
  return lower;
}

Outcome<std::int64_t> Number(std::string_view name, std::string_view text, std::int64_t least,
                             std::int64_t most) {
  std::int64_t number = 0;
  const auto [stop, code] = std::from_chars(text.begin(), text.end(), number);
  if (code != std::errc() || stop != text.end() || number < least || number > most) {
    return Refused(name, "a number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return number;
}

using Apply = Outcome<void> (*)(Settings&, std::string_view name, std::string_view value);

struct Setting {
  std::string_view name;
  Apply apply;
};

constexpr std::array<Setting, 10> kSettings = {{
    {"ROTATOR",
     [](Settings& settings, std::string_view name, std::string_view value) -> Outcome<void> {
       constexpr std::array<Choice<Engine>, 2> kEngines = {
           {{"postgresql", Engine::kPostgresql}, {"mysql", Engine::kMysql}}};
       ASSIGN_OR_RETURN(settings.engine, OneOf(name, value, kEngines));
       return {};
     }},
    {"STRATEGY",
     [](Settings& settings, std::string_view name, std::string_view value) -> Outcome<void> {
       using Chosen = std::optional<Strategy>;
       constexpr std::array<Choice<Chosen>, 3> kStrategies = {
           {{"single-user", Strategy::kSingleUser},
            {"alternating-users", Strategy::kAlternatingUsers},
            {"", std::nullopt}}};
       ASSIGN_OR_RETURN(settings.strategy, OneOf(name, value, kStrategies));
       return {};
     }},
    {"TLS_FALLBACK",
     [](Settings& settings, std::string_view name, std::string_view value) -> Outcome<void> {
       constexpr std::array<Choice<TlsFallback>, 3> kFallbacks = {
           {{"refused-only", TlsFallback::kRefusedOnly},
            {"any", TlsFallback::kAny},
            {"never", TlsFallback::kNever}}};
       ASSIGN_OR_RETURN(settings.tls_fallback, OneOf(name, value, kFallbacks));
       return {};
     }},
    {"CA_FILE",
     [](Settings& settings, std::string_view name, std::string_view value) -> Outcome<void> {
       if (!value.starts_with('/')) return Refused(name, "an absolute path");
       settings.ca_file = value;
       return {};
     }},
    {"TIMEOUT_SECONDS",
     [](Settings& settings, std::string_view name, std::string_view value) -> Outcome<void> {
       ASSIGN_OR_RETURN(settings.timeout_seconds, Number(name, value, 1, 900));
       return {};
     }},
    {"PASSWORD_TRANSPORT",
     [](Settings& settings, std::string_view name, std::string_view value) -> Outcome<void> {
       constexpr std::array<Choice<bool>, 2> kTransports = {
           {{"verifier", true}, {"plaintext", false}}};
       ASSIGN_OR_RETURN(settings.sends_verifier, OneOf(name, value, kTransports));
       return {};
     }},
    {"DUAL_PASSWORD",
     [](Settings& settings, std::string_view name, std::string_view value) -> Outcome<void> {
       ASSIGN_OR_RETURN(settings.uses_dual_passwords, OneOf(name, Lower(value), kTruths));
       return {};
     }},
    {"HOST_PARTS",
     [](Settings& settings, std::string_view name, std::string_view value) -> Outcome<void> {
       constexpr std::array<Choice<HostParts>, 2> kHostParts = {
           {{"percent", HostParts::kPercent}, {"all", HostParts::kAll}}};
       ASSIGN_OR_RETURN(settings.host_parts, OneOf(name, value, kHostParts));
       return {};
     }},
    {"COPY_GRANT_OPTION",
     [](Settings& settings, std::string_view name, std::string_view value) -> Outcome<void> {
       ASSIGN_OR_RETURN(settings.copies_grant_option, OneOf(name, Lower(value), kTruths));
       return {};
     }},
    {"USERNAME_CHARACTER_LIMIT",
     [](Settings& settings, std::string_view name, std::string_view value) -> Outcome<void> {
       ASSIGN_OR_RETURN(const std::int64_t limit, Number(name, value, 1, 255));
       settings.username_limit = static_cast<std::size_t>(limit);
       return {};
     }},
}};

}  // namespace

Outcome<Settings> ParseSettings(const std::map<std::string, std::string>& settings) {
  if (!settings.contains("ROTATOR")) {
    return Refused("ROTATOR", "given: postgresql or mysql");
  }
  Settings parsed;
  for (const auto& [name, value] : settings) {
    const auto* const setting = std::ranges::find(kSettings, name, &Setting::name);
    if (setting != kSettings.end()) {
      RETURN_IF_ERROR(setting->apply(parsed, name, value));
    } else if (std::ranges::find(kOfOthers, name) == kOfOthers.end()) {
      return Failed(errors::kInvalidSettings, "There is no setting " + name + ".");
    }
  }
  return parsed;
}

}  // namespace coffer::rotation::native
