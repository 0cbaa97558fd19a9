#pragma once

#include "coffer/database.h"
#include "sql/sqlite_connection.h"
#include "sql/sqlite_error.h"

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace coffer::sql {

/// A queued job and, once its batch has run, what became of it.
struct PendingWrite {
  WriteJob job;
  std::vector<std::function<void()>> hooks{};
  bool erases = false;  ///< As of Transaction::Erase.
  WriteOutcome outcome = WriteOutcome::kFailed;
  std::exception_ptr failure{};
};

/// Runs a batch of jobs in one transaction, each in a savepoint of its own, and commits once. When
/// Run returns all outcomes are settled and nobody has been told of them.
class GroupCommit {
 public:
  /// `connection` is the writer's, for this call alone.
  explicit GroupCommit(SqliteConnection& connection);

  /// A batch that met damage in the database is run again, each job in a transaction of its own.
  /// Answers a reason when the disk failed: the outcomes are then unknown and the
  /// connection must run no further statement, because a later commit could make an unknown one
  /// disappear.
  [[nodiscard]] std::optional<std::string> Run(SqliteConnection& connection,
                                               std::span<PendingWrite> batch);

  /// Batches that were committed since the database was made.
  [[nodiscard]] std::int64_t sequence() const { return sequence_; }

 private:
  std::optional<std::string> RunOneByOne(SqliteConnection& connection,
                                         std::span<PendingWrite> batch);
  void RunBatch(SqliteConnection& connection, std::span<PendingWrite> batch);
  /// Answers whether something was kept.
  static bool RunJob(SqliteConnection& connection, PendingWrite& write);
  std::optional<std::string> GiveUp(SqliteConnection& connection, std::span<PendingWrite> batch,
                                    const SqliteError& error);
  void Report(const SqliteError& error, std::size_t jobs);
  void ReportSpace();

  std::int64_t sequence_;
  std::size_t refused_for_space_ = 0;  // Since the disk was found full.
};

}  // namespace coffer::sql
