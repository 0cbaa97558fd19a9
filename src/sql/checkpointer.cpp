#include "sql/checkpointer.h"

namespace coffer::sql {

Checkpointer::Checkpointer(std::size_t idle_pages, std::size_t forced_pages)
    : idle_pages_(idle_pages),
      forced_pages_(forced_pages),
      next_idle_pages_(idle_pages),
      next_forced_pages_(forced_pages) {}

void Checkpointer::NoteWalSize(std::size_t pages) {
  if (pages < wal_pages_) {  // SQLite began to write the WAL from its start again.
    next_idle_pages_ = idle_pages_;
    next_forced_pages_ = forced_pages_;
  }
  wal_pages_ = pages;
}

void Checkpointer::AfterCommit(SqliteConnection& connection) {
  NoteWalSize(connection.wal_pages());
  if (wal_pages_ < next_forced_pages_) return;
  next_forced_pages_ = wal_pages_ + idle_pages_;
  Empty(connection);
}

void Checkpointer::Empty(SqliteConnection& connection) {
  quiet_time_ = kAfterBusy;  // Whether a reader is in the way or the disk fails.
  if (connection.RunCheckpoint(SqliteConnection::Checkpoint::kTruncate)) {
    is_to_be_emptied_ = false;
    quiet_time_ = kQuietMoment;
  }
  NoteWalSize(connection.wal_pages());
}

void Checkpointer::InQuietMoment(SqliteConnection& connection) {
  next_idle_pages_ = wal_pages_ + idle_pages_;
  if (is_to_be_emptied_) return Empty(connection);
  connection.RunCheckpoint(SqliteConnection::Checkpoint::kPassive);
}

void Checkpointer::AtClose(SqliteConnection& connection) {
  connection.RunCheckpoint(SqliteConnection::Checkpoint::kTruncate);
}

}  // namespace coffer::sql
