#pragma once

#include "coffer/database.h"

#include <cstdint>
#include <string>

struct sqlite3;

namespace coffer::sql {

/// How far an SQLite error reaches.
enum class Harm : std::uint8_t {
  kStatement,    ///< That statement did nothing; its transaction goes on.
  kTransaction,  ///< The transaction cannot be kept; a later one may succeed.
  kNoSpace,      ///< The same, for want of space: one will succeed when there is some again.
  kDisk,         ///< What the disk holds is unknown; no statement may follow.
};

/// An SqlError with SQLite's code, for those who have to decide how to go on.
class SqliteError final : public SqlError {
 public:
  /// `code` is an extended result code, `system_error` the errno behind it, 0 if there is none.
  SqliteError(int code, const std::string& message, int system_error = 0);
  /// The error of the last call on `database`, which has just returned and left its errno. SQLite's
  /// texts name tables and columns, never values.
  [[nodiscard]] static SqliteError LastOf(sqlite3* database);

  [[nodiscard]] int code() const { return code_; }
  [[nodiscard]] Harm harm() const;
  /// Whether a page of the database is damaged: a statement that reads others may well succeed.
  [[nodiscard]] bool is_damage() const;

 private:
  int code_;
  int system_error_;
};

}  // namespace coffer::sql
