#include "sql/sqlite_writer.h"

#include "base/log.h"
#include "sql/sqlite_error.h"

#include <algorithm>
#include <utility>

namespace coffer::sql {

namespace {

/// Hooks come first: what they publish must be there for whoever hears of the outcome.
void Tell(std::vector<PendingWrite>& batch) {
  for (const PendingWrite& write : batch) {
    for (const auto& hook : write.hooks) hook();
  }
  // The failure is handed over whole: the waiting thread may be done with it at once.
  for (PendingWrite& write : batch) write.job.done(write.outcome, std::move(write.failure));
}

}  // namespace

SqliteWriter::SqliteWriter(ConnectionSource& source, DiskAlarm& disk_alarm,
                           const SqliteOptions& options)
    : source_(source),
      disk_alarm_(disk_alarm),
      queue_limit_(options.queue_limit),
      batch_limit_(options.batch_limit),
      group_commit_(*ConnectionLease(source)),
      checkpointer_(options.idle_checkpoint_pages, options.forced_checkpoint_pages),
      commit_sequence_(group_commit_.sequence()),
      thread_([this] { Run(); }) {}

SqliteWriter::~SqliteWriter() {
  {
    const std::scoped_lock lock(queue_mutex_);
    is_stopping_ = true;
  }
  queue_changed_.notify_one();
  thread_.join();
}

bool SqliteWriter::Submit(WriteJob job) {
  {
    const std::scoped_lock lock(queue_mutex_);
    if (is_stopping_ || queue_.size() >= queue_limit_) return false;
    queue_.push_back(std::move(job));
  }
  queue_changed_.notify_one();
  return true;
}

void SqliteWriter::Run() {
  std::vector<PendingWrite> batch;
  while (TakeBatch(batch)) {
    if (!batch.empty()) {
      Commit(batch);
      batch.clear();
    } else {
      RunCheckpoint(
          [this](SqliteConnection& connection) { checkpointer_.InQuietMoment(connection); });
    }
  }
  RunCheckpoint(Checkpointer::AtClose);
}

bool SqliteWriter::TakeBatch(std::vector<PendingWrite>& batch) {
  std::unique_lock lock(queue_mutex_);
  const auto is_awaited = [this] { return is_stopping_ || !queue_.empty(); };
  if (!is_abandoned_ && checkpointer_.WantsQuietMoment()) {
    queue_changed_.wait_for(lock, checkpointer_.quiet_time(), is_awaited);
  } else {
    queue_changed_.wait(lock, is_awaited);
  }
  const bool is_finished = is_stopping_ && queue_.empty();
  const std::size_t count = std::min(queue_.size(), batch_limit_);
  for (std::size_t taken = 0; taken < count; ++taken) {
    batch.push_back({.job = std::move(queue_.front())});
    queue_.pop_front();
  }
  return !is_finished;
}

void SqliteWriter::Commit(std::vector<PendingWrite>& batch) {
  std::optional<std::string> disk_failure;
  if (!is_abandoned_) {
    const ConnectionLease connection(source_);
    disk_failure = group_commit_.Run(*connection, batch);
    commit_sequence_ = group_commit_.sequence();
  }
  const bool is_erased = std::ranges::any_of(batch, [](const PendingWrite& write) {
    return write.erases && write.outcome == WriteOutcome::kCommitted;
  });
  if (is_erased) checkpointer_.NoteErasure();
  Tell(batch);
  if (disk_failure) {
    Abandon(*disk_failure);
  } else {
    RunCheckpoint([this](SqliteConnection& connection) { checkpointer_.AfterCommit(connection); });
  }
}

void SqliteWriter::RunCheckpoint(const std::function<void(SqliteConnection&)>& checkpoint) {
  if (is_abandoned_) return;
  try {
    const ConnectionLease connection(source_);
    checkpoint(*connection);
  } catch (const SqliteError& error) {
    // The commits are safe in the WAL either way, and with a full disk they stay there.
    base::log::Warning("database.checkpoint_failed", {{"reason", error.what()}});
    if (error.harm() == Harm::kDisk) Abandon(error.what());
  }
}

void SqliteWriter::Abandon(std::string_view reason) {
  is_abandoned_ = true;
  ConnectionLease(source_)->LeaveWalAlone();
  disk_alarm_.Raise(reason);
}

}  // namespace coffer::sql
