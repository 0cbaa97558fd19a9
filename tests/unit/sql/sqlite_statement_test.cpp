#include "sql/sqlite_statement.h"

#include "sql/sqlite_connection.h"
#include "sql/sqlite_error.h"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

namespace coffer::sql {
namespace {

class SqliteStatementTest : public testing::Test {
 protected:
  SqliteStatementTest() {
    connection_.RunScript("CREATE TABLE t(i INTEGER, s TEXT, b BLOB) STRICT;");
  }

  SqliteConnection connection_{":memory:", SqliteConnection::Mode::kReadWrite, ""};
};

constexpr Statement kInsert{"INSERT INTO t(i, s, b) VALUES($1, $2, $3)"};
constexpr Statement kSelect{"SELECT i, s, b FROM t"};

TEST_F(SqliteStatementTest, BindsParametersByNumberWhateverTheirOrder) {
  static constexpr Statement kBackwards{"SELECT $2, $1, $2"};
  std::vector<std::int64_t> values;

  connection_.Query(kBackwards, {std::int64_t{10}, std::int64_t{20}}, [&](const Row& row) {
    values = {row.Integer(0), row.Integer(1), row.Integer(2)};
    return true;
  });

  EXPECT_EQ(values, (std::vector<std::int64_t>{20, 10, 20}));
}

TEST_F(SqliteStatementTest, KeepsValuesOfEveryType) {
  const std::array<std::byte, 3> bytes{std::byte{0}, std::byte{255}, std::byte{7}};
  const std::string text("a\0ü", 4);

  const std::int64_t changed =
      connection_.Execute(kInsert, {std::int64_t{-5}, std::string_view(text), std::span(bytes)});

  EXPECT_EQ(changed, 1);
  connection_.Query(kSelect, {}, [&](const Row& row) {
    EXPECT_EQ(row.Integer(0), -5);
    EXPECT_EQ(row.Text(1), text);
    EXPECT_TRUE(std::ranges::equal(row.Bytes(2), bytes));
    return true;
  });
}

TEST_F(SqliteStatementTest, TellsEmptyValuesFromNull) {
  connection_.Execute(kInsert, {nullptr, std::string_view(), std::span<const std::byte>()});

  connection_.Query(kSelect, {}, [](const Row& row) {
    EXPECT_TRUE(row.IsNull(0));
    EXPECT_FALSE(row.IsNull(1));
    EXPECT_EQ(row.Text(1), "");
    EXPECT_FALSE(row.IsNull(2));
    EXPECT_TRUE(row.Bytes(2).empty());
    return true;
  });
}

TEST_F(SqliteStatementTest, RefusesToReadAColumnAsAnotherType) {
  connection_.Execute(kInsert, {std::int64_t{1}, std::string_view("1"), nullptr});

  connection_.Query(kSelect, {}, [](const Row& row) {
    EXPECT_THROW((void)row.Text(0), SqlError);
    EXPECT_THROW((void)row.Bytes(0), SqlError);
    EXPECT_THROW((void)row.Integer(1), SqlError);
    EXPECT_THROW((void)row.Bytes(1), SqlError);
    EXPECT_THROW((void)row.Integer(2), SqlError);
    EXPECT_THROW((void)row.IsNull(3), SqlError);
    EXPECT_THROW((void)row.IsNull(-1), SqlError);
    return true;
  });
}

TEST_F(SqliteStatementTest, RefusesAWrongNumberOfParameters) {
  EXPECT_THROW(connection_.Execute(kInsert, {}), SqlError);
  EXPECT_THROW(connection_.Execute(kInsert, {nullptr, nullptr, nullptr, nullptr}), SqlError);
}

TEST_F(SqliteStatementTest, RefusesOtherKindsOfParameters) {
  static constexpr Statement kStatements[] = {
      {"SELECT ?"}, {"SELECT :name"}, {"SELECT $2"}, {"SELECT $1, $3"}};

  for (const Statement& statement : kStatements) {
    EXPECT_THROW((void)connection_.Prepare(statement), SqlError) << statement.sql;
  }
}

TEST_F(SqliteStatementTest, StopsWhenTheCallbackHasEnough) {
  for (int row = 0; row < 3; ++row) connection_.Execute(kInsert, {nullptr, nullptr, nullptr});
  int seen = 0;

  connection_.Query(kSelect, {}, [&](const Row&) { return ++seen < 2; });

  EXPECT_EQ(seen, 2);
}

TEST_F(SqliteStatementTest, CanBeUsedAgainAfterTheCallbackThrew) {
  connection_.Execute(kInsert, {std::int64_t{1}, nullptr, nullptr});
  const auto fail = [](const Row&) -> bool { throw std::runtime_error("enough"); };
  int seen = 0;

  EXPECT_THROW(connection_.Query(kSelect, {}, fail), std::runtime_error);
  connection_.Query(kSelect, {}, [&](const Row&) { return ++seen > 0; });

  EXPECT_EQ(seen, 1);
}

TEST_F(SqliteStatementTest, RefusesToRunInsideItsOwnRows) {
  connection_.Execute(kInsert, {nullptr, nullptr, nullptr});
  const auto all = [](const Row&) { return true; };

  connection_.Query(kSelect, {}, [&](const Row&) {
    EXPECT_THROW(connection_.Query(kSelect, {}, all), SqlError);
    return true;
  });
}

TEST_F(SqliteStatementTest, RefusesToExecuteAQuery) {
  connection_.Execute(kInsert, {nullptr, nullptr, nullptr});

  EXPECT_THROW(connection_.Execute(kSelect), SqlError);
}

TEST_F(SqliteStatementTest, NamesNoValueInErrors) {
  connection_.RunScript("CREATE UNIQUE INDEX by_s ON t(s)");
  connection_.Execute(kInsert, {nullptr, std::string_view("hunter2"), nullptr});

  try {
    connection_.Execute(kInsert, {nullptr, std::string_view("hunter2"), nullptr});
    FAIL() << "the second row was taken";
  } catch (const SqliteError& error) {
    EXPECT_EQ(std::string(error.what()), "UNIQUE constraint failed: t.s (SQLite 2067)");
    EXPECT_EQ(error.harm(), Harm::kStatement);
  }
}

TEST_F(SqliteStatementTest, PreparesAnewWhenAnAddressBelongsToAnotherStatement) {
  Statement statement{"SELECT 1"};
  const std::int64_t first = connection_.QueryInteger(statement);
  statement.sql = "SELECT 2";

  EXPECT_EQ(first, 1);
  EXPECT_EQ(connection_.QueryInteger(statement), 2);
}

}  // namespace
}  // namespace coffer::sql
