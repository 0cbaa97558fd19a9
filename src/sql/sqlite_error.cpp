#include "sql/sqlite_error.h"

#include <sqlite3.h>

#include <cerrno>
#include <system_error>

namespace coffer::sql {

namespace {

constexpr int kPrimaryCode = 0xFF;

// SQLite calls ENOSPC alone a full disk. A quota that is used up and a file that may not grow end
// a write in the same way, with nothing of it kept, and pass as well.
bool IsWantOfSpace(int code, int system_error) {
  return code == SQLITE_IOERR_WRITE && (system_error == EDQUOT || system_error == EFBIG);
}

bool IsDeadDisk(int system_error) { return system_error == EIO || system_error == ENXIO; }

std::string Describe(int code, const std::string& message, int system_error) {
  const int primary_code = code & kPrimaryCode;
  const bool is_of_system = primary_code == SQLITE_IOERR || primary_code == SQLITE_CANTOPEN ||
                            (primary_code == SQLITE_CORRUPT && IsDeadDisk(system_error));
  const std::string reason =
      is_of_system && system_error != 0 ? ", " + std::generic_category().message(system_error) : "";
  return message + " (SQLite " + std::to_string(code) + reason + ")";
}

}  // namespace

SqliteError::SqliteError(int code, const std::string& message, int system_error)
    : SqlError(Describe(code, message, system_error)), code_(code), system_error_(system_error) {}

// sqlite3_system_errno() knows nothing of what went wrong in a COMMIT.
SqliteError SqliteError::LastOf(sqlite3* database) {
  const int system_error = errno;
  return {sqlite3_extended_errcode(database), sqlite3_errmsg(database), system_error};
}

Harm SqliteError::harm() const {
  switch (code_ & kPrimaryCode) {
    case SQLITE_IOERR:
      if (IsWantOfSpace(code_, system_error_)) return Harm::kNoSpace;
      // Want of memory inside the VFS says nothing about the disk.
      return code_ == SQLITE_IOERR_NOMEM ? Harm::kTransaction : Harm::kDisk;
    // SQLite takes a page that the disk could not read for one that is damaged.
    case SQLITE_CORRUPT:
    case SQLITE_CANTOPEN:
      return IsDeadDisk(system_error_) ? Harm::kDisk : Harm::kTransaction;
    case SQLITE_FULL:
      return Harm::kNoSpace;
    case SQLITE_ABORT:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_READONLY:
    case SQLITE_INTERRUPT:
    case SQLITE_PROTOCOL:
    case SQLITE_NOTADB:
      return Harm::kTransaction;
    default:
      return Harm::kStatement;
  }
}

bool SqliteError::is_damage() const { return (code_ & kPrimaryCode) == SQLITE_CORRUPT; }

}  // namespace coffer::sql
