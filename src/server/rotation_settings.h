#pragma once

#include "coffer/rotation_function.h"
#include "server/toml.h"

#include <string>
#include <vector>

namespace coffer::server {

/// The entries `[[rotation_functions]]` of a configuration file. `file` is for messages.
/// SettingError names file, line and key.
[[nodiscard]] std::vector<RotationFunction> ReadRotationFunctions(const toml::node& node,
                                                                  const std::string& file);

}  // namespace coffer::server
