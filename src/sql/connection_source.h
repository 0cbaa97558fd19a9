#pragma once

#include "sql/sqlite_connection.h"
#include "sql/sqlite_database.h"

#include <memory>
#include <mutex>
#include <vector>

namespace coffer::sql {

/// Lends connections, each to one thread at a time. Outlives what it lends.
class ConnectionSource {
 public:
  virtual ~ConnectionSource() = default;
  [[nodiscard]] virtual SqliteConnection& Take() = 0;
  virtual void Return(SqliteConnection& connection) noexcept = 0;
};

/// A connection borrowed for a scope.
class ConnectionLease {
 public:
  explicit ConnectionLease(ConnectionSource& source)
      : source_(source), connection_(source.Take()) {}
  ConnectionLease(const ConnectionLease&) = delete;
  ConnectionLease& operator=(const ConnectionLease&) = delete;
  ~ConnectionLease() { source_.Return(connection_); }

  SqliteConnection& operator*() const { return connection_; }
  SqliteConnection* operator->() const { return &connection_; }

 private:
  ConnectionSource& source_;
  SqliteConnection& connection_;
};

/// One connection whose users take turns.
class SharedConnection final : public ConnectionSource {
 public:
  explicit SharedConnection(std::unique_ptr<SqliteConnection> connection)
      : connection_(std::move(connection)) {}

  SqliteConnection& Take() override {
    connection_mutex_.lock();
    return *connection_;
  }
  void Return(SqliteConnection& /*connection*/) noexcept override { connection_mutex_.unlock(); }

 private:
  std::mutex connection_mutex_;
  std::unique_ptr<SqliteConnection> connection_;
};

/// Read-only connections to a file, as many as there were readers at the same time.
class ReaderPool final : public ConnectionSource {
 public:
  explicit ReaderPool(SqliteOptions options) : options_(std::move(options)) {}

  SqliteConnection& Take() override;
  void Return(SqliteConnection& connection) noexcept override;

 private:
  SqliteOptions options_;
  std::mutex pool_mutex_;
  std::vector<std::unique_ptr<SqliteConnection>> connections_;
  // The last one returned is lent first: its page cache is warm. Has room for all connections.
  std::vector<SqliteConnection*> idle_;
};

}  // namespace coffer::sql
