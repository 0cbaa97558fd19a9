#include "sql/sqlite_statement.h"

#include "sql/sqlite_error.h"

#include <sqlite3.h>

#include <cerrno>
#include <string>

namespace coffer::sql {

namespace {

/// Binds one value; answers SQLite's result code. Text and bytes are borrowed (SQLITE_STATIC).
struct Binder {
  sqlite3_stmt* statement;
  int index;

  int operator()(std::nullptr_t) const { return sqlite3_bind_null(statement, index); }
  int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, index, value); }
  int operator()(std::string_view text) const {
    // SQLite takes a null pointer for NULL, and an empty view may hold one.
    const char* data = text.empty() ? "" : text.data();
    return sqlite3_bind_text64(statement, index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  int operator()(std::span<const std::byte> bytes) const {
    if (bytes.empty()) return sqlite3_bind_zeroblob(statement, index, 0);
    return sqlite3_bind_blob64(statement, index, bytes.data(), bytes.size(), SQLITE_STATIC);
  }
};

class StatementRow final : public Row {
 public:
  explicit StatementRow(sqlite3_stmt* statement) : statement_(statement) {}

  [[nodiscard]] bool IsNull(int column) const override { return TypeOf(column) == SQLITE_NULL; }

  [[nodiscard]] std::int64_t Integer(int column) const override {
    Require(column, SQLITE_INTEGER, "an integer");
    return sqlite3_column_int64(statement_, column);
  }

  [[nodiscard]] std::string_view Text(int column) const override {
    Require(column, SQLITE_TEXT, "text");
    const unsigned char* text = sqlite3_column_text(statement_, column);
    return {reinterpret_cast<const char*>(text), Size(column)};
  }

  [[nodiscard]] std::span<const std::byte> Bytes(int column) const override {
    Require(column, SQLITE_BLOB, "bytes");
    const void* bytes = sqlite3_column_blob(statement_, column);
    return {static_cast<const std::byte*>(bytes), Size(column)};
  }

 private:
  [[nodiscard]] int TypeOf(int column) const {
    if (column < 0 || column >= sqlite3_column_count(statement_)) {
      throw SqlError("a row has no column " + std::to_string(column));
    }
    return sqlite3_column_type(statement_, column);
  }

  void Require(int column, int type, std::string_view name) const {
    if (TypeOf(column) == type) return;
    throw SqlError("column " + std::to_string(column) + " of a row is not " + std::string(name));
  }

  [[nodiscard]] std::size_t Size(int column) const {
    return static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  }

  sqlite3_stmt* statement_;
};

}  // namespace

/// One run: from binding the parameters to letting go of them, whatever happens between.
class PreparedStatement::Execution {
 public:
  Execution(PreparedStatement& statement, SqlParameters parameters)
      : handle_(statement.handle_.get()) {
    if (sqlite3_stmt_busy(handle_) != 0) throw SqlError("a statement was run inside its own rows");
    statement.Bind(parameters);
  }
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;
  ~Execution() {
    // Answers the error of the last step once more.
    sqlite3_reset(handle_);
    sqlite3_clear_bindings(handle_);
  }

  /// Goes to the next row; false when there is none.
  bool Step() {
    errno = 0;
    const int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    throw SqliteError::LastOf(sqlite3_db_handle(handle_));
  }

 private:
  sqlite3_stmt* handle_;
};

void PreparedStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

PreparedStatement::PreparedStatement(sqlite3* database, std::string_view sql) : sql_(sql) {
  sqlite3_stmt* handle = nullptr;
  errno = 0;
  const int code = sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code != SQLITE_OK) throw SqliteError::LastOf(database);
  handle_.reset(handle);
  ResolveParameters();
}

void PreparedStatement::ResolveParameters() {
  const int count = sqlite3_bind_parameter_count(handle_.get());
  for (int number = 1; number <= count; ++number) {
    const std::string name = "$" + std::to_string(number);
    const int index = sqlite3_bind_parameter_index(handle_.get(), name.c_str());
    if (index == 0) throw SqlError("the parameters of a statement are not $1, $2, …");
    parameter_indexes_.push_back(index);
  }
}

void PreparedStatement::Bind(SqlParameters parameters) {
  if (parameters.size() != parameter_indexes_.size()) {
    throw SqlError("a statement with " + std::to_string(parameter_indexes_.size()) +
                   " parameters was given " + std::to_string(parameters.size()));
  }
  auto index = parameter_indexes_.begin();
  for (const SqlValue& value : parameters) {
    const int code = std::visit(Binder{handle_.get(), *index++}, value);
    if (code != SQLITE_OK) throw SqliteError(code, sqlite3_errstr(code));
  }
}

void PreparedStatement::Query(SqlParameters parameters,
                              const std::function<bool(const Row&)>& each) {
  Execution execution(*this, parameters);
  const StatementRow row(handle_.get());
  while (execution.Step() && each(row)) {
  }
}

std::int64_t PreparedStatement::Execute(SqlParameters parameters) {
  Execution execution(*this, parameters);
  if (execution.Step()) throw SqlError("a statement that returns rows was not run as a query");
  return sqlite3_changes64(sqlite3_db_handle(handle_.get()));
}

bool PreparedStatement::IsReadOnly() const { return sqlite3_stmt_readonly(handle_.get()) != 0; }

}  // namespace coffer::sql
