#pragma once

#include "coffer/config.h"
#include "server/settings.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace coffer::server {

/// Where settings come from; later ones win: file, environment, flags.
struct ConfigSources {
  Profile profile = Profile::kDevelopment;
  std::optional<std::string> file;
  /// Variables as NAME=VALUE, of which those that begin with COFFER_ count; of one that is no
  /// setting NAME alone suffices.
  std::vector<std::string> environment;
  /// Setting name → argument.
  std::map<std::string, std::string> flags;
};

/// The configuration, checked as a whole. Throws SettingError.
[[nodiscard]] Config LoadConfig(const ConfigSources& sources);

}  // namespace coffer::server
