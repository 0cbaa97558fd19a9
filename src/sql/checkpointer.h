#pragma once

#include "sql/sqlite_connection.h"

#include <cstddef>

namespace coffer::sql {

/// Decides when the WAL is copied into the database file. Whoever stands in the way of a checkpoint
/// does no harm: the next one comes after some more growth.
class Checkpointer {
 public:
  /// In pages of the WAL: when nothing else is to be done, and whatever the load.
  Checkpointer(std::size_t idle_pages, std::size_t forced_pages);

  /// After each commit. Holds up the writer when the WAL has grown to the forced size.
  void AfterCommit(SqliteConnection& connection);
  /// Whether a quiet moment should be used.
  [[nodiscard]] bool WantsQuietMoment() const { return wal_pages_ >= next_idle_pages_; }
  void InQuietMoment(SqliteConnection& connection);
  static void AtClose(SqliteConnection& connection);

 private:
  void NoteWalSize(std::size_t pages);

  std::size_t idle_pages_;
  std::size_t forced_pages_;
  std::size_t wal_pages_ = 0;
  std::size_t next_idle_pages_;
  std::size_t next_forced_pages_;
};

}  // namespace coffer::sql
