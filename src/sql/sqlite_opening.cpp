#include "sql/sqlite_opening.h"

#include "base/log.h"
#include "sql/sqlite_error.h"

#include <sqlite3.h>

#include <array>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace coffer::sql {

namespace {

// "Cofr" in the file's header: says that a database is ours.
constexpr std::int64_t kApplicationId = 0x436F6672;

constexpr Statement kReadApplicationId{"PRAGMA application_id"};
constexpr Statement kCountSchemaObjects{"SELECT count(*) FROM sqlite_schema"};
constexpr Statement kUseWal{"PRAGMA journal_mode=WAL"};

// Readers wait only while the first connection recovers a WAL. The writer waits for readers that
// stand in the way of emptying the WAL, and holds up every write meanwhile.
constexpr int kReaderBusyMilliseconds = 5000;
constexpr int kWriterBusyMilliseconds = 200;

// SQLite's page "Defense Against The Dark Arts"; where our own statements need more, what they
// need.
constexpr std::array kLimits{
    std::pair{SQLITE_LIMIT_LENGTH, 1'000'000},
    std::pair{SQLITE_LIMIT_SQL_LENGTH, 100'000},
    std::pair{SQLITE_LIMIT_COLUMN, 100},
    std::pair{SQLITE_LIMIT_EXPR_DEPTH, 50},
    std::pair{SQLITE_LIMIT_COMPOUND_SELECT, 10},
    std::pair{SQLITE_LIMIT_VDBE_OP, 25'000},
    std::pair{SQLITE_LIMIT_FUNCTION_ARG, 8},
    std::pair{SQLITE_LIMIT_ATTACHED, 0},
    std::pair{SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50},
    std::pair{SQLITE_LIMIT_VARIABLE_NUMBER, 64},
    std::pair{SQLITE_LIMIT_TRIGGER_DEPTH, 10},
};

// A file that somebody edited must not make SQLite run what we did not write.
constexpr std::array kSwitches{
    std::pair{SQLITE_DBCONFIG_DEFENSIVE, 1},
    std::pair{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
    std::pair{SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
    std::pair{SQLITE_DBCONFIG_ENABLE_VIEW, 0},
    std::pair{SQLITE_DBCONFIG_DQS_DDL, 0},
    std::pair{SQLITE_DBCONFIG_DQS_DML, 0},
    std::pair{SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
};

// Temporary tables and statement journals would put rows into files outside the data directory.
constexpr const char* kCommonPragmas =
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA mmap_size=0;"
    "PRAGMA cell_size_check=ON;"
    "PRAGMA foreign_keys=ON;";

void Harden(SqliteConnection& connection, int busy_milliseconds) {
  sqlite3* database = connection.handle();
  for (const auto& [option, value] : kSwitches) {
    sqlite3_db_config(database, option, value, nullptr);
  }
  for (const auto& [limit, value] : kLimits) sqlite3_limit(database, limit, value);
  sqlite3_busy_timeout(database, busy_milliseconds);
  connection.RunScript(kCommonPragmas);
}

/// SQLite would create the file readable for others; WAL and shared memory take over its mode.
void CreatePrivateFile(const std::filesystem::path& file) {
  constexpr mode_t kPrivate = S_IRUSR | S_IWUSR;
  const int descriptor = ::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, kPrivate);
  if (descriptor < 0) throw SqlError("it cannot be opened for writing");
  const bool is_private = ::fchmod(descriptor, kPrivate) == 0;
  ::close(descriptor);
  if (!is_private) throw SqlError("it belongs to another user");
}

/// Marks an empty database as ours; refuses one of somebody else.
void ClaimDatabase(SqliteConnection& connection) {
  const std::int64_t application_id = connection.QueryInteger(kReadApplicationId);
  if (application_id == kApplicationId) return;
  if (application_id != 0 || connection.QueryInteger(kCountSchemaObjects) != 0) {
    throw SqlError("it is the database of another program");
  }
  // auto_vacuum can be chosen only before the first page is written, which application_id does.
  connection.RunScript("PRAGMA auto_vacuum=INCREMENTAL; PRAGMA application_id=" +
                       std::to_string(kApplicationId));
}

void EnterWalMode(SqliteConnection& connection) {
  bool is_wal = false;
  connection.Query(kUseWal, {}, [&](const Row& row) {
    is_wal = row.Text(0) == "wal";
    return true;
  });
  if (!is_wal) throw SqlError("the file system cannot hold a write-ahead log");
  // The WAL's index is there from the first read on.
  (void)connection.QueryInteger(kCountSchemaObjects);
  if (!connection.ReserveWalIndex()) {
    base::log::Warning("database.wal_index_not_reserved", {{"reason", "the disk is full"}});
  }
}

// Two connections that write and checkpoint at once can corrupt a WAL database before 3.51.3. Ours
// cannot; another program on the live file could.
void WarnOfOldLibrary() {
  constexpr int kFirstGoodVersion = 3'051'003;
  if (sqlite3_libversion_number() < kFirstGoodVersion) {
    base::log::Warning("sqlite.wal_reset_bug",
                       {{"version", sqlite3_libversion()},
                        {"note", "do not open the database with another program"}});
  }
}

std::unique_ptr<SqliteConnection> OpenFileWriter(const std::filesystem::path& file,
                                                 const SqliteOptions& options) {
  WarnOfOldLibrary();
  CreatePrivateFile(file);
  auto connection = std::make_unique<SqliteConnection>(
      file.string(), SqliteConnection::Mode::kReadWrite, options.vfs);
  if (sqlite3_db_readonly(connection->handle(), "main") == 1) throw SqlError("it is not writable");
  Harden(*connection, kWriterBusyMilliseconds);
  connection->RunScript("PRAGMA cache_size=-" + std::to_string(options.writer_cache_kibibytes) +
                        "; PRAGMA secure_delete=ON; PRAGMA synchronous=" + options.synchronous);
  ClaimDatabase(*connection);
  EnterWalMode(*connection);
  return connection;
}

}  // namespace

std::unique_ptr<SqliteConnection> OpenWriter(const SqliteOptions& options) {
  if (!options.file) {
    auto connection = std::make_unique<SqliteConnection>(
        ":memory:", SqliteConnection::Mode::kReadWrite, options.vfs);
    Harden(*connection, kWriterBusyMilliseconds);
    return connection;
  }
  try {
    return OpenFileWriter(*options.file, options);
  } catch (const SqlError& error) {
    throw SqlError("cannot open the database " + options.file->string() + ": " + error.what());
  }
}

std::unique_ptr<SqliteConnection> OpenReader(const SqliteOptions& options) {
  if (!options.file) throw std::logic_error("a database in memory has one connection");
  auto connection = std::make_unique<SqliteConnection>(
      options.file->string(), SqliteConnection::Mode::kReadOnly, options.vfs);
  Harden(*connection, kReaderBusyMilliseconds);
  connection->RunScript("PRAGMA query_only=ON");
  connection->LeaveWalAlone();
  return connection;
}

}  // namespace coffer::sql
