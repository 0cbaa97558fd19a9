#pragma once

#include "coffer/database.h"
#include "sql/connection_source.h"
#include "sql/disk_alarm.h"
#include "sql/sqlite_error.h"

#include <functional>
#include <optional>
#include <vector>

namespace coffer::sql {

/// A snapshot. The connection is borrowed and the transaction begun by the first query, so that
/// work which needs no row costs nothing. Ends with the object.
class ReadTransaction final : public Transaction {
 public:
  ReadTransaction(ConnectionSource& source, DiskAlarm& disk_alarm)
      : source_(source), disk_alarm_(disk_alarm) {}
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;
  ~ReadTransaction() override;

  void Query(const Statement& statement, SqlParameters parameters,
             const std::function<bool(const Row&)>& each) override;
  /// Throws.
  std::int64_t Execute(const Statement& statement, SqlParameters parameters) override;
  [[nodiscard]] bool HasSnapshot() const override { return lease_.has_value(); }
  void AtEnd(std::function<void()> hook) override { hooks_.push_back(std::move(hook)); }

 private:
  SqliteConnection& Connection();
  void End() noexcept;
  void Note(const SqliteError& error);

  ConnectionSource& source_;
  DiskAlarm& disk_alarm_;
  std::optional<ConnectionLease> lease_;
  std::vector<std::function<void()>> hooks_;
};

/// What a WriteJob sees of the transaction that it shares with its batch. Hooks are handed to the
/// batch, which knows when the outcome is settled.
class WriteTransaction final : public Transaction {
 public:
  WriteTransaction(SqliteConnection& connection, std::vector<std::function<void()>>& hooks,
                   bool& erases)
      : connection_(connection), hooks_(hooks), erases_(erases) {}

  void Query(const Statement& statement, SqlParameters parameters,
             const std::function<bool(const Row&)>& each) override;
  std::int64_t Execute(const Statement& statement, SqlParameters parameters) override;
  void AtEnd(std::function<void()> hook) override { hooks_.push_back(std::move(hook)); }
  void Erase() override { erases_ = true; }

  /// Throws when the transaction of the batch cannot go on, even if the job swallowed the error.
  void RequireIntact() const;

 private:
  void Note(const SqliteError& error);

  SqliteConnection& connection_;
  std::vector<std::function<void()>>& hooks_;
  bool& erases_;
  std::optional<SqliteError> fatal_;
};

}  // namespace coffer::sql
