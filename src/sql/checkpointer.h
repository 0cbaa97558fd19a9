#pragma once

#include "sql/sqlite_connection.h"

#include <chrono>
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
  /// Something was erased that the WAL still holds: it is emptied in the next quiet moment, however
  /// short it is, and again and again until no reader stands in the way.
  void NoteErasure() { is_to_be_emptied_ = true; }
  /// Whether a quiet moment should be used.
  [[nodiscard]] bool WantsQuietMoment() const {
    return is_to_be_emptied_ || wal_pages_ >= next_idle_pages_;
  }
  /// How long nothing must have been to do before the moment counts as quiet.
  [[nodiscard]] std::chrono::milliseconds quiet_time() const { return quiet_time_; }
  void InQuietMoment(SqliteConnection& connection);
  static void AtClose(SqliteConnection& connection);

 private:
  void NoteWalSize(std::size_t pages);
  void Empty(SqliteConnection& connection);

  // A few clients that wait for each other's commits leave gaps shorter than this; a checkpoint in
  // such a gap would be felt by all of them.
  static constexpr std::chrono::milliseconds kQuietMoment{20};
  /// After an attempt to empty the WAL was in vain: each holds up the writer.
  static constexpr std::chrono::milliseconds kAfterBusy{1000};

  std::size_t idle_pages_;
  std::size_t forced_pages_;
  std::size_t wal_pages_ = 0;
  std::size_t next_idle_pages_;
  std::size_t next_forced_pages_;
  bool is_to_be_emptied_ = false;
  std::chrono::milliseconds quiet_time_ = kQuietMoment;
};

}  // namespace coffer::sql
