#pragma once

#include "coffer/database.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <string>

namespace coffer::test {

/// An implementation of the Database port, with the stores' schema.
struct DatabaseKind {
  std::string name;
  /// A new, empty database. What it keeps on disk it may keep in `directory`.
  std::function<std::unique_ptr<Database>(const std::filesystem::path& directory)> create;

  friend void PrintTo(const DatabaseKind& kind, std::ostream* out) { *out << kind.name; }
};

}  // namespace coffer::test
