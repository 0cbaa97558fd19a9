#include "sql/sqlite_database.h"

#include "sql/connection_source.h"
#include "sql/disk_alarm.h"
#include "sql/schema_migration.h"
#include "sql/sqlite_opening.h"
#include "sql/sqlite_transaction.h"
#include "sql/sqlite_writer.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

namespace coffer::sql {

namespace {

SqliteOptions WithDefaults(SqliteOptions options) {
  if (!options.on_fatal) options.on_fatal = [](std::string_view) { std::terminate(); };
  return options;
}

std::unique_ptr<SqliteConnection> OpenAndMigrate(const SqliteOptions& options,
                                                 std::span<const SchemaStep> schema) {
  std::unique_ptr<SqliteConnection> connection = OpenWriter(options);
  MigrateSchema(*connection, schema);
  return connection;
}

/// Lets a thread wait until a job of its own is settled.
class SettledWrite {
 public:
  void Settle(WriteOutcome outcome, std::exception_ptr failure) {
    const std::scoped_lock lock(outcome_mutex_);
    outcome_ = outcome;
    failure_ = std::move(failure);
    // Under the lock: the waiting thread destroys the object as soon as it can look.
    settled_.notify_one();
  }

  /// Returns when the write is durable; throws why it is not.
  void Wait() {
    std::unique_lock lock(outcome_mutex_);
    settled_.wait(lock, [this] { return outcome_.has_value(); });
    if (failure_) std::rethrow_exception(failure_);
    if (outcome_ == WriteOutcome::kFailed) {
      throw SqlError("a write failed and changed nothing; the log says why");
    }
    if (outcome_ == WriteOutcome::kNoSpace) {
      throw SqlError("a write changed nothing: the disk is full");
    }
    if (outcome_ == WriteOutcome::kUnknown) {
      throw SqlError("the disk failed during a write; whether it was kept shows after a restart");
    }
  }

 private:
  std::mutex outcome_mutex_;
  std::condition_variable settled_;
  std::optional<WriteOutcome> outcome_;
  std::exception_ptr failure_;
};

}  // namespace

class SqliteDatabase::Implementation {
 public:
  Implementation(const SqliteOptions& options, std::span<const SchemaStep> schema)
      : writer_connection_(OpenAndMigrate(options, schema)),
        pool_(options),
        is_in_memory_(!options.file),
        options_(options),
        disk_alarm_(options.on_fatal),
        writer_(writer_connection_, disk_alarm_, options) {}

  /// A database in memory belongs to its one connection, so readers and the writer take turns.
  ConnectionSource& readers() {
    if (is_in_memory_) return writer_connection_;
    return pool_;
  }
  DiskAlarm& disk_alarm() { return disk_alarm_; }
  SqliteWriter& writer() { return writer_; }

  [[nodiscard]] std::optional<std::string> FindDamage(const std::stop_token& stop) const {
    if (is_in_memory_) return std::nullopt;
    static constexpr Statement kQuickCheck{"PRAGMA quick_check(1)"};
    const std::unique_ptr<SqliteConnection> connection = OpenReader(options_);
    const std::stop_callback interrupt(stop, [&] { connection->Interrupt(); });
    std::optional<std::string> damage;
    connection->Query(kQuickCheck, {}, [&](const Row& row) {
      if (row.Text(0) != "ok") damage = row.Text(0);
      return true;
    });
    return damage;
  }

 private:
  // In the order in which they are closed, backwards: the writer's thread ends with a checkpoint,
  // and its connection, the last on the file, removes the WAL.
  SharedConnection writer_connection_;
  ReaderPool pool_;
  bool is_in_memory_;
  SqliteOptions options_;
  DiskAlarm disk_alarm_;
  SqliteWriter writer_;
};

SqliteDatabase::SqliteDatabase(SqliteOptions options, std::span<const SchemaStep> schema)
    : implementation_(std::make_unique<Implementation>(WithDefaults(std::move(options)), schema)) {}

SqliteDatabase::~SqliteDatabase() = default;

void SqliteDatabase::Read(const std::function<void(Transaction&)>& body) {
  ReadTransaction transaction(implementation_->readers(), implementation_->disk_alarm());
  body(transaction);
}

bool SqliteDatabase::Submit(WriteJob job) {
  return implementation_->writer().Submit(std::move(job));
}

void SqliteDatabase::Write(const std::function<void(Transaction&)>& body) {
  SettledWrite settled;
  WriteJob job{
      .run =
          [&body](Transaction& transaction) {
            body(transaction);
            return true;
          },
      .done = [&settled](
                  WriteOutcome outcome,
                  std::exception_ptr failure) { settled.Settle(outcome, std::move(failure)); },
  };
  if (!Submit(std::move(job))) throw SqlError("too many writes are waiting");
  settled.Wait();
}

std::optional<std::string> SqliteDatabase::FindDamage(const std::stop_token& stop) const {
  return implementation_->FindDamage(stop);
}

std::int64_t SqliteDatabase::commit_sequence() const {
  return implementation_->writer().commit_sequence();
}

}  // namespace coffer::sql
