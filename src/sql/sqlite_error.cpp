#include "sql/sqlite_error.h"

#include <sqlite3.h>

namespace coffer::sql {

namespace {

constexpr int kPrimaryCode = 0xFF;

}  // namespace

SqliteError::SqliteError(int code, const std::string& message)
    : SqlError(message + " (SQLite " + std::to_string(code) + ")"), code_(code) {}

SqliteError SqliteError::LastOf(sqlite3* database) {
  return {sqlite3_extended_errcode(database), sqlite3_errmsg(database)};
}

Harm SqliteError::harm() const {
  switch (code_ & kPrimaryCode) {
    case SQLITE_IOERR:
      // Want of memory inside the VFS says nothing about the disk.
      return code_ == SQLITE_IOERR_NOMEM ? Harm::kTransaction : Harm::kDisk;
    case SQLITE_ABORT:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
    case SQLITE_INTERRUPT:
    case SQLITE_CORRUPT:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
    case SQLITE_NOTADB:
      return Harm::kTransaction;
    default:
      return Harm::kStatement;
  }
}

bool SqliteError::is_damage() const { return (code_ & kPrimaryCode) == SQLITE_CORRUPT; }

}  // namespace coffer::sql
