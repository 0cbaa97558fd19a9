#pragma once

#include "coffer/database.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace coffer::sql {

/// One schema step; see store/schema.h.
struct SchemaStep {
  int version;
  std::string_view name;
  std::string_view sql;
};

struct SqliteOptions {
  /// The database file; absent = in memory, gone with the object. Reads then wait for writes.
  std::optional<std::filesystem::path> file;
  /// Jobs that may wait for the writer; more are turned away.
  std::size_t queue_limit = 1024;
  /// Jobs committed together at most.
  std::size_t batch_limit = 256;
  /// WAL size, in pages of 4 KiB, at which a checkpoint is made when the writer is idle, and
  /// whatever the load.
  std::size_t idle_checkpoint_pages = 1000;
  std::size_t forced_checkpoint_pages = 8000;
  /// Pages that the writer keeps, taken as needed: writes go all over the indexes of a large vault.
  std::size_t writer_cache_kibibytes = 32'768;
  /// Name of the VFS to use; empty = SQLite's default. Tests record and break I/O with one.
  std::string vfs;
  /// PRAGMA synchronous; anything but FULL gives up durability. For the test that shows it.
  std::string synchronous = "FULL";
  /// Called once, from the writer or a reader, when the disk failed in a way after which no
  /// statement may run (EIO, failed sync): the process should report `reason` and exit. Default:
  /// std::terminate.
  std::function<void(std::string_view reason)> on_fatal;
};

/// SQLite behind the Database port: WAL, one writer thread that groups queued jobs into one
/// durable commit, and a pool of read-only connections. Exactly one connection writes and
/// checkpoints, which keeps clear of SQLite's WAL-reset bug (fixed in 3.51.3).
class SqliteDatabase final : public Database {
 public:
  /// Opens or creates the database and brings its schema up to date. Throws SqlError, with a
  /// message for the operator: not a database, not ours, a newer schema, not writable.
  SqliteDatabase(SqliteOptions options, std::span<const SchemaStep> schema);
  /// Finishes what is queued, checkpoints and closes.
  ~SqliteDatabase() override;

  void Read(const std::function<void(Transaction&)>& body) override;
  [[nodiscard]] bool Submit(WriteJob job) override;
  void Write(const std::function<void(Transaction&)>& body) override;

  /// What SQLite finds wrong with the file (PRAGMA quick_check), or nullopt. Reads all of it, on a
  /// connection of its own; throws SqlError when `stop` is requested meanwhile.
  [[nodiscard]] std::optional<std::string> FindDamage(const std::stop_token& stop) const;

  /// Groups committed since the database was made, those before this start included. A file with a
  /// lower number than one that was seen before is an older copy.
  [[nodiscard]] std::int64_t commit_sequence() const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace coffer::sql
