#include "sql/sqlite_opening.h"

#include "support/temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <string>
#include <sys/stat.h>

namespace coffer::sql {
namespace {

using testing::HasSubstr;

class SqliteOpeningTest : public testing::Test {
 protected:
  SqliteOpeningTest() { options_.file = directory_.path() / "test.db"; }

  void WriteFile(const std::string& content) const {
    std::ofstream(*options_.file, std::ios::binary) << content;
  }

  void RunAsOtherProgram(const char* script) const {
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(options_.file->c_str(), &other), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(other, script, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(other);
  }

  std::string MessageOfOpening() const {
    try {
      (void)OpenWriter(options_);
    } catch (const SqlError& error) {
      return error.what();
    }
    return "";
  }

  test::TemporaryDirectory directory_;
  SqliteOptions options_;
};

std::int64_t Pragma(SqliteConnection& connection, const std::string& name) {
  const std::string sql = "PRAGMA " + name;
  const Statement statement{sql};
  return connection.QueryInteger(statement);
}

TEST_F(SqliteOpeningTest, SetsUpTheWriterForDurabilityAndDistrust) {
  const auto writer = OpenWriter(options_);

  const struct {
    const char* pragma;
    std::int64_t value;
  } cases[] = {{"synchronous", 2},     {"wal_autocheckpoint", 0},
               {"foreign_keys", 1},    {"trusted_schema", 0},
               {"cell_size_check", 1}, {"mmap_size", 0},
               {"secure_delete", 1},   {"auto_vacuum", 2},
               {"temp_store", 2},      {"application_id", 0x436F6672}};
  for (const auto& [pragma, value] : cases) EXPECT_EQ(Pragma(*writer, pragma), value) << pragma;
}

TEST_F(SqliteOpeningTest, UsesAWriteAheadLog) {
  static constexpr Statement kJournalMode{"PRAGMA journal_mode"};
  const auto writer = OpenWriter(options_);

  writer->Query(kJournalMode, {}, [](const Row& row) {
    EXPECT_EQ(row.Text(0), "wal");
    return true;
  });
}

TEST_F(SqliteOpeningTest, KeepsItsFilesFromOthers) {
  const auto writer = OpenWriter(options_);
  writer->RunScript("CREATE TABLE t(i INTEGER)");

  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat status = {};
    ASSERT_EQ(::stat((options_.file->string() + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777, 0600U) << suffix;
  }
}

TEST_F(SqliteOpeningTest, SwitchesOffWhatAnEditedFileCouldUse) {
  const auto writer = OpenWriter(options_);

  EXPECT_THROW(writer->RunScript("SELECT load_extension('x')"), SqlError);
  EXPECT_THROW(writer->RunScript("ATTACH ':memory:' AS other"), SqlError);
  EXPECT_THROW(writer->RunScript("SELECT \"a string in the wrong quotes\""), SqlError);
  writer->RunScript("PRAGMA writable_schema=ON");
  EXPECT_THROW(writer->RunScript("DELETE FROM sqlite_schema"), SqlError);
}

TEST_F(SqliteOpeningTest, GivesReadersNoWayToWrite) {
  const auto writer = OpenWriter(options_);
  writer->RunScript("CREATE TABLE t(i INTEGER)");
  const auto reader = OpenReader(options_);

  EXPECT_EQ(Pragma(*reader, "query_only"), 1);
  EXPECT_EQ(Pragma(*reader, "trusted_schema"), 0);
  EXPECT_THROW(reader->RunScript("INSERT INTO t VALUES(1)"), SqlError);
  reader->RunScript("PRAGMA query_only=OFF");
  EXPECT_THROW(reader->RunScript("INSERT INTO t VALUES(1)"), SqlError);
}

TEST_F(SqliteOpeningTest, OpensItsOwnFileAgain) {
  OpenWriter(options_)->RunScript("CREATE TABLE t(i INTEGER); INSERT INTO t VALUES(7)");
  static constexpr Statement kSelect{"SELECT i FROM t"};

  EXPECT_EQ(OpenWriter(options_)->QueryInteger(kSelect), 7);
}

TEST_F(SqliteOpeningTest, RefusesAFileThatIsNoDatabase) {
  WriteFile(std::string(4096, 'x'));

  EXPECT_THAT(MessageOfOpening(), HasSubstr(options_.file->string()));
  EXPECT_THAT(MessageOfOpening(), HasSubstr("file is not a database"));
}

TEST_F(SqliteOpeningTest, RefusesTheDatabaseOfAnotherProgramAndLeavesItAsItWas) {
  const char* const scripts[] = {"CREATE TABLE theirs(i INTEGER)", "PRAGMA application_id=12345"};
  for (const char* script : scripts) {
    std::filesystem::remove(*options_.file);
    RunAsOtherProgram(script);

    EXPECT_THAT(MessageOfOpening(), HasSubstr("the database of another program")) << script;
    EXPECT_FALSE(std::filesystem::exists(options_.file->string() + "-wal")) << script;
  }
}

TEST_F(SqliteOpeningTest, NamesTheFileThatCannotBeCreated) {
  options_.file = directory_.path() / "missing" / "test.db";

  EXPECT_THAT(MessageOfOpening(), HasSubstr(options_.file->string()));
}

}  // namespace
}  // namespace coffer::sql
