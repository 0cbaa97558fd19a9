#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

namespace coffer {

/// One SQL statement. Instances are constants with static storage: a driver keeps the prepared form
/// under the object's address. Parameters are written `$1`, `$2`, … and are bound by that number,
/// whatever their order in the text.
struct Statement {
  std::string_view sql;
};

/// A bound parameter. Text and bytes are borrowed for the duration of the call.
using SqlValue =
    std::variant<std::nullptr_t, std::int64_t, std::string_view, std::span<const std::byte>>;
using SqlParameters = std::initializer_list<SqlValue>;

/// One result row. Columns count from 0; text and bytes are valid until the callback returns.
/// Reading a column as another type than the schema declares throws `SqlError`.
class Row {
 public:
  virtual ~Row() = default;
  [[nodiscard]] virtual bool IsNull(int column) const = 0;
  [[nodiscard]] virtual std::int64_t Integer(int column) const = 0;
  [[nodiscard]] virtual std::string_view Text(int column) const = 0;
  [[nodiscard]] virtual std::span<const std::byte> Bytes(int column) const = 0;
};

/// A consistent view of the database for one unit of work. Used by one thread at a time.
class Transaction {
 public:
  virtual ~Transaction() = default;
  /// Calls `each` for every row until it returns false.
  virtual void Query(const Statement& statement, SqlParameters parameters,
                     const std::function<bool(const Row&)>& each) = 0;
  /// Runs a statement that returns no rows; answers the number of rows changed.
  virtual std::int64_t Execute(const Statement& statement, SqlParameters parameters) = 0;
  /// Whether a statement of this transaction may have run: what it sees is then fixed. While this
  /// is false it will see everything that is settled before its first statement, so cached state
  /// may be combined with it. True is always a safe answer.
  [[nodiscard]] virtual bool HasSnapshot() const { return true; }
  /// `hook` runs once when the outcome of this transaction is settled (committed, rolled back or
  /// unknown), before anybody is told of it. Hooks must not throw.
  virtual void AtEnd(std::function<void()> hook) = 0;
  /// What this transaction removes is to be gone from the database's files as well, logs included,
  /// soon after it is committed: a purged secret, a destroyed key.
  virtual void Erase() {}
};

/// What became of a submitted write.
enum class WriteOutcome : std::uint8_t {
  kCommitted,   ///< Durable: survives kill -9 and power loss.
  kRolledBack,  ///< The work asked for it by returning false; nothing changed.
  kFailed,      ///< Nothing changed; the same request may be tried again.
  kNoSpace,     ///< Nothing changed, because the disk is full. Reads go on.
  kUnknown,     ///< The commit failed after it began: whole or nothing, a restart tells.
};

/// A unit of work for the writer.
struct WriteJob {
  /// Runs inside its own savepoint; returns whether to keep what it did. May run more than once
  /// (serialization failures of a database server), so it has no effect outside the transaction.
  std::function<bool(Transaction&)> run;
  /// Called once, from a thread of the database, after the outcome is settled. Must not throw or
  /// block. `failure` is what `run` threw, if it did: the outcome is then kRolledBack.
  std::function<void(WriteOutcome outcome, std::exception_ptr failure)> done;
};

/// A transactional SQL database: the port behind which SQLite stands, and PostgreSQL can.
/// All functions are safe to call from any thread.
class Database {
 public:
  virtual ~Database() = default;
  /// Runs `body` on the calling thread with a snapshot that cannot change meanwhile. Never waits
  /// for a writer. Must not be nested.
  virtual void Read(const std::function<void(Transaction&)>& body) = 0;
  /// Queues `job` for the writer and returns. False when the queue is full: nothing was queued and
  /// `done` will not be called.
  [[nodiscard]] virtual bool Submit(WriteJob job) = 0;
  /// Runs `body` as a write and returns when it is durable. Throws what `body` threw, or SqlError.
  /// Must not be called from a WriteJob.
  virtual void Write(const std::function<void(Transaction&)>& body) = 0;
};

/// The database or its disk failed. Never holds parameter values.
class SqlError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace coffer
