#include "sql/schema_migration.h"

#include "base/fnv1a.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <string>

namespace coffer::sql {

namespace {

// commit_seq counts committed batches: a copy of the database is older when its number is lower.
constexpr const char* kDriverTables = R"sql(
  CREATE TABLE IF NOT EXISTS schema_migrations(
    version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum INTEGER NOT NULL,
    applied_at INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS driver_state(
    id INTEGER PRIMARY KEY CHECK(id = 1), commit_seq INTEGER NOT NULL) STRICT;
  INSERT INTO driver_state(id, commit_seq) VALUES(1, 0) ON CONFLICT DO NOTHING;
)sql";

constexpr Statement kBegin{"BEGIN IMMEDIATE"};
constexpr Statement kCommit{"COMMIT"};
constexpr Statement kRollback{"ROLLBACK"};
constexpr Statement kAppliedSteps{
    "SELECT version, checksum FROM schema_migrations ORDER BY version"};
// The time is for the operator's eyes alone, so it needs no injected clock.
constexpr Statement kRecordStep{
    "INSERT INTO schema_migrations(version, name, checksum, applied_at) "
    "VALUES($1, $2, $3, unixepoch() * 1000)"};

void RunInTransaction(SqliteConnection& connection, const std::function<void()>& body) {
  connection.Execute(kBegin);
  try {
    body();
    connection.Execute(kCommit);
  } catch (...) {
    if (connection.InTransaction()) connection.Execute(kRollback);
    throw;
  }
}

void RequireSameHistory(std::span<const SchemaStep> schema, std::int64_t version,
                        std::int64_t checksum) {
  const std::int64_t newest = schema.empty() ? 0 : schema.back().version;
  if (version > newest) {
    throw SqlError("the database has schema version " + std::to_string(version) +
                   ", this program knows up to " + std::to_string(newest) +
                   ": it was written by a newer release");
  }
  const auto step = std::ranges::find(schema, version, &SchemaStep::version);
  if (step == schema.end() || ChecksumOf(step->sql) != checksum) {
    throw SqlError("schema step " + std::to_string(version) +
                   " of the database is not the one that this program knows");
  }
}

/// Answers the newest version that the database has, 0 for none.
std::int64_t CheckAppliedSteps(SqliteConnection& connection, std::span<const SchemaStep> schema) {
  std::int64_t newest = 0;
  connection.Query(kAppliedSteps, {}, [&](const Row& row) {
    newest = row.Integer(0);
    RequireSameHistory(schema, newest, row.Integer(1));
    return true;
  });
  return newest;
}

void ApplyStep(SqliteConnection& connection, const SchemaStep& step) {
  RunInTransaction(connection, [&] {
    connection.RunScript(std::string(step.sql));
    connection.Execute(kRecordStep, {std::int64_t{step.version}, step.name, ChecksumOf(step.sql)});
  });
}

}  // namespace

void MigrateSchema(SqliteConnection& connection, std::span<const SchemaStep> schema) {
  RunInTransaction(connection, [&] { connection.RunScript(kDriverTables); });
  const std::int64_t newest = CheckAppliedSteps(connection, schema);
  for (const SchemaStep& step : schema) {
    if (step.version > newest) ApplyStep(connection, step);
  }
}

std::int64_t ChecksumOf(std::string_view sql) {
  base::Fnv1a hash;
  hash.Add(sql);
  return std::bit_cast<std::int64_t>(hash.value());
}

}  // namespace coffer::sql
