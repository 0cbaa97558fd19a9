#include "sql/sqlite_transaction.h"

#include "base/log.h"

#include <sqlite3.h>

namespace coffer::sql {

namespace {

constexpr Statement kBegin{"BEGIN"};
constexpr Statement kCommit{"COMMIT"};

}  // namespace

ReadTransaction::~ReadTransaction() {
  End();
  for (const auto& hook : hooks_) hook();
}

SqliteConnection& ReadTransaction::Connection() {
  if (!lease_) {
    lease_.emplace(source_);
    (*lease_)->Execute(kBegin);
  }
  return **lease_;
}

void ReadTransaction::End() noexcept {
  if (!lease_) return;
  try {
    if ((*lease_)->InTransaction()) (*lease_)->Execute(kCommit);
  } catch (const SqliteError& error) {
    Note(error);
    // Nothing was written, so nothing is lost; the pool closes a connection that is still inside.
    base::log::Warning("database.read_end_failed", {{"reason", error.what()}});
  }
  lease_.reset();
}

void ReadTransaction::Query(const Statement& statement, SqlParameters parameters,
                            const std::function<bool(const Row&)>& each) {
  try {
    PreparedStatement& prepared = Connection().Prepare(statement);
    if (!prepared.IsReadOnly()) throw SqlError("a read transaction was asked to write");
    prepared.Query(parameters, each);
  } catch (const SqliteError& error) {
    Note(error);
    throw;
  }
}

void ReadTransaction::Note(const SqliteError& error) {
  if (error.harm() == Harm::kDisk) disk_alarm_.Raise(error.what());
}

std::int64_t ReadTransaction::Execute(const Statement& /*statement*/,
                                      SqlParameters /*parameters*/) {
  throw SqlError("a read transaction was asked to write");
}

void WriteTransaction::Query(const Statement& statement, SqlParameters parameters,
                             const std::function<bool(const Row&)>& each) {
  try {
    connection_.Query(statement, parameters, each);
  } catch (const SqliteError& error) {
    Note(error);
    throw;
  }
}

std::int64_t WriteTransaction::Execute(const Statement& statement, SqlParameters parameters) {
  try {
    return connection_.Execute(statement, parameters);
  } catch (const SqliteError& error) {
    Note(error);
    throw;
  }
}

void WriteTransaction::Note(const SqliteError& error) {
  if (!fatal_ && error.harm() != Harm::kStatement) fatal_ = error;
}

void WriteTransaction::RequireIntact() const {
  if (fatal_) throw SqliteError(*fatal_);
  if (!connection_.InTransaction()) {
    throw SqliteError(SQLITE_ABORT_ROLLBACK, "the transaction ended inside a job");
  }
}

}  // namespace coffer::sql
