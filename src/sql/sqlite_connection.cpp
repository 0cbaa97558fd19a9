#include "sql/sqlite_connection.h"

#include "sql/sqlite_error.h"

#include <sqlite3.h>

#include <cerrno>
#include <optional>

namespace coffer::sql {

namespace {

int NoteWalPages(void* wal_pages, sqlite3* /*database*/, const char* /*schema*/, int pages) {
  *static_cast<std::size_t*>(wal_pages) = static_cast<std::size_t>(pages);
  return SQLITE_OK;
}

}  // namespace

void SqliteConnection::Close::operator()(sqlite3* database) const { sqlite3_close(database); }

SqliteConnection::SqliteConnection(const std::string& file, Mode mode, const std::string& vfs) {
  const int access =
      mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* handle = nullptr;
  errno = 0;
  const int code =
      sqlite3_open_v2(file.c_str(), &handle, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                      vfs.empty() ? nullptr : vfs.c_str());
  const int system_error = errno;
  handle_.reset(handle);
  if (code != SQLITE_OK) {
    throw SqliteError(code, sqlite3_errstr(code), system_error);
  }
  // Takes the place of SQLite's own hook, which would checkpoint inside a commit.
  sqlite3_wal_hook(handle, NoteWalPages, &wal_pages_);
}

PreparedStatement& SqliteConnection::Prepare(const Statement& statement) {
  const auto found = statements_.find(&statement);
  if (found != statements_.end()) {
    const std::string_view known = found->second.sql();
    if (known.data() == statement.sql.data() && known.size() == statement.sql.size()) {
      return found->second;
    }
    // A statement without static storage: its address now belongs to another one.
    statements_.erase(found);
  }
  return statements_.try_emplace(&statement, handle_.get(), statement.sql).first->second;
}

std::int64_t SqliteConnection::QueryInteger(const Statement& statement) {
  std::optional<std::int64_t> value;
  Query(statement, {}, [&](const Row& row) {
    value = row.Integer(0);
    return false;
  });
  if (!value) throw SqlError("a statement that answers one number answered none");
  return *value;
}

void SqliteConnection::RunScript(const std::string& script) {
  errno = 0;
  const int code = sqlite3_exec(handle_.get(), script.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw SqliteError::LastOf(handle_.get());
}

bool SqliteConnection::InTransaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

bool SqliteConnection::HasBrokenReferences() const {
  int broken = 0;
  int unused = 0;
  sqlite3_db_status(handle_.get(), SQLITE_DBSTATUS_DEFERRED_FKS, &broken, &unused, 0);
  return broken != 0;
}

bool SqliteConnection::RunCheckpoint(Checkpoint checkpoint) {
  const bool truncate = checkpoint == Checkpoint::kTruncate;
  errno = 0;
  const int code = sqlite3_wal_checkpoint_v2(
      handle_.get(), "main", truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE,
      nullptr, nullptr);
  if (code == SQLITE_BUSY) return false;
  if (code != SQLITE_OK) throw SqliteError::LastOf(handle_.get());
  if (truncate) wal_pages_ = 0;
  return true;
}

bool SqliteConnection::ReserveWalIndex() {
  // Of SQLite's file format: an index of blocks of 32 KiB, each for 4096 pages of the WAL.
  constexpr int kBlockSize = 32 * 1024;
  constexpr int kBlocks = 8;  // Four times the size at which the WAL is emptied.
  sqlite3_file* file = nullptr;
  const int found = sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (found != SQLITE_OK || file == nullptr) return false;
  for (int block = 0; block < kBlocks; ++block) {
    void volatile* mapped = nullptr;
    if (file->pMethods->xShmMap(file, block, kBlockSize, 1, &mapped) != SQLITE_OK) return false;
  }
  return true;
}

void SqliteConnection::LeaveWalAlone() {
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void SqliteConnection::Interrupt() { sqlite3_interrupt(handle_.get()); }

}  // namespace coffer::sql
