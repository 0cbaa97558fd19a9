#pragma once

#include "sql/sqlite_connection.h"
#include "sql/sqlite_database.h"

#include <memory>

namespace coffer::sql {

/// Opens the one connection that writes and checkpoints; creates the file when there is none.
/// Throws SqlError naming the file when it is not a database, not ours or not writable.
[[nodiscard]] std::unique_ptr<SqliteConnection> OpenWriter(const SqliteOptions& options);

/// Opens a connection that can only read. The writer's must be open and stay so.
[[nodiscard]] std::unique_ptr<SqliteConnection> OpenReader(const SqliteOptions& options);

}  // namespace coffer::sql
