#include "sql/group_commit.h"

#include "base/log.h"
#include "sql/sqlite_transaction.h"

namespace coffer::sql {

namespace {

constexpr Statement kBegin{"BEGIN IMMEDIATE"};
constexpr Statement kCommit{"COMMIT"};
constexpr Statement kRollback{"ROLLBACK"};
constexpr Statement kSavepoint{"SAVEPOINT job"};
constexpr Statement kRollbackToSavepoint{"ROLLBACK TO job"};
constexpr Statement kReleaseSavepoint{"RELEASE job"};
constexpr Statement kReadSequence{"SELECT commit_seq FROM driver_state WHERE id = 1"};
constexpr Statement kSetSequence{"UPDATE driver_state SET commit_seq = $1 WHERE id = 1"};

void SettleAll(std::span<PendingWrite> batch, WriteOutcome outcome) {
  for (PendingWrite& write : batch) {
    write.outcome = outcome;
    write.failure = nullptr;
  }
}

}  // namespace

GroupCommit::GroupCommit(SqliteConnection& connection)
    : sequence_(connection.QueryInteger(kReadSequence)) {}

std::optional<std::string> GroupCommit::Run(SqliteConnection& connection,
                                            std::span<PendingWrite> batch) {
  try {
    RunBatch(connection, batch);
    return std::nullopt;
  } catch (const SqliteError& error) {
    auto disk_failure = GiveUp(connection, batch, error);
    if (disk_failure || batch.size() == 1 || !error.is_damage()) return disk_failure;
  }
  return RunOneByOne(connection, batch);
}

// Nothing of the batch was kept. A damaged page fails who needs it, and nobody else; those behind a
// failing disk keep the outcome that they have: not made.
std::optional<std::string> GroupCommit::RunOneByOne(SqliteConnection& connection,
                                                    std::span<PendingWrite> batch) {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (auto disk_failure = Run(connection, batch.subspan(i, 1))) return disk_failure;
  }
  return std::nullopt;
}

void GroupCommit::RunBatch(SqliteConnection& connection, std::span<PendingWrite> batch) {
  connection.Execute(kBegin);
  bool is_anything_kept = false;
  for (PendingWrite& write : batch) {
    if (RunJob(connection, write)) is_anything_kept = true;
  }
  if (!is_anything_kept) {
    connection.Execute(kRollback);
    return;
  }
  connection.Execute(kSetSequence, {sequence_ + 1});
  connection.Execute(kCommit);
  ++sequence_;
  ReportSpace();
}

bool GroupCommit::RunJob(SqliteConnection& connection, PendingWrite& write) {
  connection.Execute(kSavepoint);
  WriteTransaction transaction(connection, write.hooks, write.erases);
  bool keep = false;
  try {
    keep = write.job.run(transaction);
    // COMMIT would notice it too, but then at the cost of the whole batch.
    if (keep && connection.HasBrokenReferences()) throw SqlError("a reference points nowhere");
  } catch (...) {
    keep = false;
    write.failure = std::current_exception();
  }
  // SQLite rolls the whole transaction back by itself on some errors, a full disk among them.
  transaction.RequireIntact();
  if (!keep) connection.Execute(kRollbackToSavepoint);
  connection.Execute(kReleaseSavepoint);
  write.outcome = keep ? WriteOutcome::kCommitted : WriteOutcome::kRolledBack;
  return keep;
}

std::optional<std::string> GroupCommit::GiveUp(SqliteConnection& connection,
                                               std::span<PendingWrite> batch,
                                               const SqliteError& error) {
  Report(error, batch.size());
  if (error.harm() == Harm::kDisk) {
    SettleAll(batch, WriteOutcome::kUnknown);
    return error.what();
  }
  const bool is_full = error.harm() == Harm::kNoSpace;
  SettleAll(batch, is_full ? WriteOutcome::kNoSpace : WriteOutcome::kFailed);
  try {
    if (connection.InTransaction()) connection.Execute(kRollback);
  } catch (const SqlError& rollback_error) {
    return rollback_error.what();
  }
  return std::nullopt;
}

// A full disk may be the log's as well, and clients go on trying: it is reported once, until writes
// succeed again.
void GroupCommit::Report(const SqliteError& error, std::size_t jobs) {
  if (error.harm() != Harm::kNoSpace) {
    base::log::Error("database.write_failed", {{"reason", error.what()}, {"jobs", jobs}});
    return;
  }
  if (refused_for_space_ == 0) {
    base::log::Error("disk.full",
                     {{"reason", error.what()},
                      {"note", "reads go on; writes are refused until there is space again"}});
  }
  refused_for_space_ += jobs;
}

void GroupCommit::ReportSpace() {
  if (refused_for_space_ == 0) return;
  base::log::Info("disk.has_space_again", {{"refused_writes", refused_for_space_}});
  refused_for_space_ = 0;
}

}  // namespace coffer::sql
