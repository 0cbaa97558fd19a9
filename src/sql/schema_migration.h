#pragma once

#include "sql/sqlite_connection.h"
#include "sql/sqlite_database.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace coffer::sql {

/// Creates the driver's own tables and runs the steps that the database has not seen, each in one
/// transaction. Throws SqlError when the database is newer than `schema`, or when a step that it
/// has seen reads differently now: history is only added to.
void MigrateSchema(SqliteConnection& connection, std::span<const SchemaStep> schema);

/// What is kept of a step's text to notice that it was edited: FNV-1a, 64 bits.
[[nodiscard]] std::int64_t ChecksumOf(std::string_view sql);

}  // namespace coffer::sql
