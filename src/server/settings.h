#pragma once

#include "coffer/config.h"

#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace coffer::server {

/// A setting that cannot be: unknown, malformed, out of bounds, contradictory. The text says where
/// (file and line, variable, flag) and what to do.
class SettingError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A value as a file, an environment variable or a flag gives it.
using SettingValue = std::variant<std::string, std::int64_t, bool, std::vector<std::string>>;

/// One setting. The TOML key is `name`; the environment variable is COFFER_ and the name in
/// capitals; the flag is `--` and the name with dashes.
struct Setting {
  std::string_view name;
  std::string_view help;
  bool is_switch = false;  ///< A flag without argument.
  /// Puts `value` into the configuration; throws SettingError with the reason alone ("must be …").
  void (*apply)(Config& config, const SettingValue& value) = nullptr;
};

/// Every setting, in the order of the sample file.
[[nodiscard]] std::span<const Setting> Settings();
[[nodiscard]] const Setting* FindSetting(std::string_view name);
/// The setting that an environment variable (COFFER_LISTEN) gives, or null.
[[nodiscard]] const Setting* FindSettingOfVariable(std::string_view variable);
/// The setting whose name is nearest to `name`, or null when none is near.
[[nodiscard]] const Setting* NearestSetting(std::string_view name);

[[nodiscard]] std::string FlagNameOf(const Setting& setting);

}  // namespace coffer::server
