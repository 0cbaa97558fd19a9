#pragma once

#include "coffer/database.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace coffer::sql {

/// A statement compiled once and run many times. Belongs to a connection, is used by one thread at
/// a time and dies before the connection.
class PreparedStatement {
 public:
  PreparedStatement(sqlite3* database, std::string_view sql);

  /// As Transaction::Query and Execute.
  void Query(SqlParameters parameters, const std::function<bool(const Row&)>& each);
  std::int64_t Execute(SqlParameters parameters);

  [[nodiscard]] bool IsReadOnly() const;
  /// The text it was made from, for comparing addresses alone: it may be gone.
  [[nodiscard]] std::string_view sql() const { return sql_; }

 private:
  class Execution;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  void ResolveParameters();
  void Bind(SqlParameters parameters);

  std::string_view sql_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  // SQLite's index of $1, $2, …: it counts parameters in the order of the text.
  std::vector<int> parameter_indexes_;
};

}  // namespace coffer::sql
