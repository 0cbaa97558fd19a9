#pragma once

#include "sql/sqlite_database.h"

#include <span>

namespace coffer::store {

/// The schema's history in SQLite's dialect: steps are only ever added, the first is version 1.
[[nodiscard]] std::span<const sql::SchemaStep> SqliteSchema();

}  // namespace coffer::store
