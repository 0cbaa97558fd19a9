#pragma once

#include "coffer/database.h"
#include "sql/sqlite_statement.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

struct sqlite3;

namespace coffer::sql {

/// A connection and the statements prepared on it. Used by one thread at a time; how each kind is
/// set up stands in sqlite_opening.h.
class SqliteConnection {
 public:
  enum class Mode : std::uint8_t { kReadOnly, kReadWrite };
  enum class Checkpoint : std::uint8_t {
    kPassive,   ///< Copies what it can without waiting for anybody.
    kTruncate,  ///< Waits a moment for readers, copies everything and empties the WAL.
  };

  /// An empty `vfs` is SQLite's default.
  SqliteConnection(const std::string& file, Mode mode, const std::string& vfs);
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  /// The prepared form, made on first use; valid as long as the connection.
  [[nodiscard]] PreparedStatement& Prepare(const Statement& statement);
  void Query(const Statement& statement, SqlParameters parameters,
             const std::function<bool(const Row&)>& each) {
    Prepare(statement).Query(parameters, each);
  }
  std::int64_t Execute(const Statement& statement, SqlParameters parameters = {}) {
    return Prepare(statement).Execute(parameters);
  }
  /// The first column of the first row; the statement must return one.
  [[nodiscard]] std::int64_t QueryInteger(const Statement& statement);
  /// Runs statements separated by semicolons and drops their rows.
  void RunScript(const std::string& script);

  [[nodiscard]] bool InTransaction() const;
  /// Whether a COMMIT now would be refused because a reference points nowhere.
  [[nodiscard]] bool HasBrokenReferences() const;

  /// Answers false when readers stood in the way: not an error, try again later.
  bool RunCheckpoint(Checkpoint checkpoint);
  /// Pages in the WAL after the last commit or truncation.
  [[nodiscard]] std::size_t wal_pages() const { return wal_pages_; }
  /// Makes room now for the index of a WAL as long as it ever gets. SQLite would do it inside a
  /// commit, and finding no space there, when the WAL already holds the commit, would leave the
  /// outcome unknown. Answers false when there is no space even now.
  bool ReserveWalIndex();
  /// Closing will not touch the files.
  void LeaveWalAlone();

  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }
  /// Makes the statement that runs now fail. From any thread, while the connection lives.
  void Interrupt();

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };

  std::size_t wal_pages_ = 0;
  std::unique_ptr<sqlite3, Close> handle_;
  std::unordered_map<const Statement*, PreparedStatement> statements_;
};

}  // namespace coffer::sql
