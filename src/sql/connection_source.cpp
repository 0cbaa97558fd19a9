#include "sql/connection_source.h"

#include "sql/sqlite_opening.h"

namespace coffer::sql {

SqliteConnection& ReaderPool::Take() {
  {
    const std::scoped_lock lock(pool_mutex_);
    if (!idle_.empty()) {
      SqliteConnection& connection = *idle_.back();
      idle_.pop_back();
      return connection;
    }
  }
  std::unique_ptr<SqliteConnection> opened = OpenReader(options_);
  const std::scoped_lock lock(pool_mutex_);
  connections_.push_back(std::move(opened));
  idle_.reserve(connections_.size());
  return *connections_.back();
}

void ReaderPool::Return(SqliteConnection& connection) noexcept {
  const std::scoped_lock lock(pool_mutex_);
  if (!connection.InTransaction()) {
    idle_.push_back(&connection);
    return;
  }
  // It could not end its transaction; its snapshot must not be the next reader's.
  std::erase_if(connections_, [&](const auto& owned) { return owned.get() == &connection; });
}

}  // namespace coffer::sql
