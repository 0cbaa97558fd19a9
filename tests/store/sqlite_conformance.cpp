#include "sql/sqlite_database.h"
#include "store/identity_store_conformance.h"
#include "store/key_store_conformance.h"
#include "store/replication_store_conformance.h"
#include "store/rotation_store_conformance.h"
#include "store/schema.h"
#include "store/secret_listing_conformance.h"

namespace coffer::test {

namespace {

std::unique_ptr<Database> CreateInMemory(const std::filesystem::path& /*directory*/) {
  return std::make_unique<sql::SqliteDatabase>(sql::SqliteOptions{}, store::SqliteSchema());
}

std::unique_ptr<Database> CreateInFile(const std::filesystem::path& directory) {
  sql::SqliteOptions options;
  options.file = directory / "test.db";
  return std::make_unique<sql::SqliteDatabase>(std::move(options), store::SqliteSchema());
}

std::string NameOf(const testing::TestParamInfo<DatabaseKind>& info) { return info.param.name; }

const auto kSqlite = testing::Values(DatabaseKind{"SqliteInMemory", CreateInMemory},
                                     DatabaseKind{"SqliteInFile", CreateInFile});

INSTANTIATE_TEST_SUITE_P(Sqlite, IdentityStoreConformance, kSqlite, NameOf);
INSTANTIATE_TEST_SUITE_P(Sqlite, KeyStoreConformance, kSqlite, NameOf);
INSTANTIATE_TEST_SUITE_P(Sqlite, ReplicationStoreConformance, kSqlite, NameOf);
INSTANTIATE_TEST_SUITE_P(Sqlite, RotationStoreConformance, kSqlite, NameOf);
INSTANTIATE_TEST_SUITE_P(Sqlite, SecretStoreConformance, kSqlite, NameOf);
INSTANTIATE_TEST_SUITE_P(Sqlite, SecretListingConformance, kSqlite, NameOf);

}  // namespace

}  // namespace coffer::test
