#pragma once

#include "coffer/database.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace coffer::test {

/// An implementation of the Database port, with the stores' schema.
struct DatabaseKind {
  std::string name;
  /// A new, empty database. What it keeps on disk it may keep in `directory`.
  std::function<std::unique_ptr<Database>(const std::filesystem::path& directory)> create;
};

}  // namespace coffer::test
