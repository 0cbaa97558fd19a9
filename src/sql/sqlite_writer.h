#pragma once

#include "sql/checkpointer.h"
#include "sql/connection_source.h"
#include "sql/disk_alarm.h"
#include "sql/group_commit.h"
#include "sql/sqlite_database.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace coffer::sql {

/// The one thread that writes: takes what has been queued, commits it as a group, tells everybody,
/// and keeps the WAL short between two groups.
class SqliteWriter {
 public:
  /// `source` lends the writer's connection; it and the alarm must outlive the object.
  SqliteWriter(ConnectionSource& source, DiskAlarm& disk_alarm, const SqliteOptions& options);
  SqliteWriter(const SqliteWriter&) = delete;
  SqliteWriter& operator=(const SqliteWriter&) = delete;
  /// Finishes what is queued and empties the WAL.
  ~SqliteWriter();

  /// As Database::Submit.
  [[nodiscard]] bool Submit(WriteJob job);
  [[nodiscard]] std::int64_t commit_sequence() const { return commit_sequence_; }

 private:
  void Run();
  /// Waits for jobs; an empty batch is a quiet moment. Answers false when there is nothing left to
  /// do for ever.
  bool TakeBatch(std::vector<PendingWrite>& batch);
  void Commit(std::vector<PendingWrite>& batch);
  void RunCheckpoint(const std::function<void(SqliteConnection&)>& checkpoint);
  void Abandon(std::string_view reason);

  ConnectionSource& source_;
  DiskAlarm& disk_alarm_;
  const std::size_t queue_limit_;
  const std::size_t batch_limit_;

  std::mutex queue_mutex_;
  std::condition_variable queue_changed_;
  std::deque<WriteJob> queue_;
  bool is_stopping_ = false;

  // The thread's own.
  GroupCommit group_commit_;
  Checkpointer checkpointer_;
  bool is_abandoned_ = false;

  std::atomic<std::int64_t> commit_sequence_;  // Of group_commit_, for other threads.

  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace coffer::sql
