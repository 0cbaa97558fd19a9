#include "sql/schema_migration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::sql {
namespace {

using testing::HasSubstr;

constexpr SchemaStep kFirst{1, "first", "CREATE TABLE a(i INTEGER) STRICT;"};
constexpr SchemaStep kSecond{2, "second",
                             "CREATE TABLE b(i INTEGER) STRICT; INSERT INTO b VALUES(1);"};
constexpr Statement kCountSteps{"SELECT count(*) FROM schema_migrations"};
constexpr Statement kCountRowsOfB{"SELECT count(*) FROM b"};

class SchemaMigrationTest : public testing::Test {
 protected:
  std::string MessageOfMigration(const std::vector<SchemaStep>& schema) {
    try {
      MigrateSchema(connection_, schema);
    } catch (const SqlError& error) {
      return error.what();
    }
    return "";
  }

  SqliteConnection connection_{":memory:", SqliteConnection::Mode::kReadWrite, ""};
};

TEST(ChecksumTest, IsFnv1aOf64Bits) {
  // From the authors' test vectors, draft-eastlake-fnv.
  EXPECT_EQ(static_cast<std::uint64_t>(ChecksumOf("")), 0xCBF29CE484222325ULL);
  EXPECT_EQ(static_cast<std::uint64_t>(ChecksumOf("a")), 0xAF63DC4C8601EC8CULL);
  EXPECT_EQ(static_cast<std::uint64_t>(ChecksumOf("foobar")), 0x85944171F73967E8ULL);
}

TEST_F(SchemaMigrationTest, RunsEachStepOnce) {
  MigrateSchema(connection_, std::vector{kFirst, kSecond});
  MigrateSchema(connection_, std::vector{kFirst, kSecond});

  EXPECT_EQ(connection_.QueryInteger(kCountSteps), 2);
  EXPECT_EQ(connection_.QueryInteger(kCountRowsOfB), 1);
}

TEST_F(SchemaMigrationTest, RunsOnlyTheStepsThatAreNew) {
  MigrateSchema(connection_, std::vector{kFirst});
  MigrateSchema(connection_, std::vector{kFirst, kSecond});

  EXPECT_EQ(connection_.QueryInteger(kCountRowsOfB), 1);
}

TEST_F(SchemaMigrationTest, RecordsWhatItDid) {
  static constexpr Statement kSteps{
      "SELECT version, name, checksum, applied_at FROM schema_migrations"};
  MigrateSchema(connection_, std::vector{kFirst});

  connection_.Query(kSteps, {}, [](const Row& row) {
    EXPECT_EQ(row.Integer(0), 1);
    EXPECT_EQ(row.Text(1), "first");
    EXPECT_EQ(row.Integer(2), ChecksumOf(kFirst.sql));
    EXPECT_GT(row.Integer(3), 1'600'000'000'000);
    return true;
  });
}

TEST_F(SchemaMigrationTest, RefusesANewerDatabase) {
  MigrateSchema(connection_, std::vector{kFirst, kSecond});

  const std::string message = MessageOfMigration({kFirst});

  EXPECT_THAT(message, HasSubstr("the database has schema version 2, this program knows up to 1"));
}

TEST_F(SchemaMigrationTest, RefusesEditedHistory) {
  MigrateSchema(connection_, std::vector{kFirst});
  const SchemaStep edited{1, "first", "CREATE TABLE a(i INTEGER, j INTEGER) STRICT;"};

  EXPECT_THAT(MessageOfMigration({edited, kSecond}), HasSubstr("schema step 1"));
  EXPECT_EQ(connection_.QueryInteger(kCountSteps), 1);
}

TEST_F(SchemaMigrationTest, UndoesAStepThatFails) {
  const SchemaStep broken{2, "broken", "CREATE TABLE b(i INTEGER) STRICT; INSERT INTO c VALUES(1)"};

  EXPECT_NE(MessageOfMigration({kFirst, broken}), "");
  EXPECT_EQ(MessageOfMigration({kFirst, kSecond}), "");
  EXPECT_EQ(connection_.QueryInteger(kCountRowsOfB), 1);
}

}  // namespace
}  // namespace coffer::sql
