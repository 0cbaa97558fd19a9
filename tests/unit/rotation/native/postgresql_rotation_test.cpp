#include "rotation/native/postgresql_rotation.h"

#include "support/matchers.h"
#include "unit/rotation/native/fake_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::rotation::native {
namespace {

using test::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kSecure = "SELECT pg_catalog.set_config('search_path', '', false)";
constexpr const char* kFind = "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = 'app_clone'";

class PostgresqlRotationTest : public ::testing::Test {
 protected:
  PostgresqlRotationTest() {
    database_.passwords = {{"app", "old"}, {"root", "top"}};
    database_.rows = {{"SHOW password_encryption", {{"scram-sha-256"}}},
                      {"SHOW server_version_num", {{"150018"}}}};
  }

  /// Statements, without the logins.
  std::vector<std::string> Statements() {
    std::erase_if(database_.log, [](const auto& line) { return line.starts_with("login "); });
    return database_.log;
  }

  FakeDatabase database_;
  FakeConnector<PostgresqlSession> connector_{database_};
  Settings settings_;
  PostgresqlRotation rotation_{connector_, settings_};
};

TEST_F(PostgresqlRotationTest, AUserChangesItsOwnPassword) {
  EXPECT_THAT(rotation_.Set(SingleUser()), IsOk());

  EXPECT_THAT(Statements(),
              ElementsAre(kSecure, "SHOW password_encryption", "BEGIN",
                          "SET LOCAL statement_timeout = '20s'", "SET LOCAL lock_timeout = '10s'",
                          "ALTER ROLE \"app\" PASSWORD 'scram-sha-256 of app new'", "COMMIT"));
}

TEST_F(PostgresqlRotationTest, NothingIsDoneTwice) {
  database_.passwords = {{"app", "new"}};

  EXPECT_THAT(rotation_.Set(SingleUser()), IsOk());

  EXPECT_THAT(Statements(), ElementsAre());
}

TEST_F(PostgresqlRotationTest, OldServersCallMd5OnAndOff) {
  for (const std::string name : {"on", "off", "md5"}) {
    database_.rows["SHOW password_encryption"] = {{name}};
    EXPECT_THAT(rotation_.Set(SingleUser()), IsOk());
    EXPECT_THAT(Statements(), ::testing::Contains("ALTER ROLE \"app\" PASSWORD 'md5 of app new'"));
  }
}

TEST_F(PostgresqlRotationTest, PlainTextOnRequest) {
  settings_.sends_verifier = false;

  EXPECT_THAT(rotation_.Set(SingleUser()), IsOk());

  EXPECT_THAT(Statements(), ElementsAre(kSecure, "BEGIN", "SET LOCAL statement_timeout = '20s'",
                                        "SET LOCAL lock_timeout = '10s'",
                                        "ALTER ROLE \"app\" PASSWORD 'new'", "COMMIT"));
}

TEST_F(PostgresqlRotationTest, TheCloneIsMade) {
  EXPECT_THAT(rotation_.Set(AlternatingUsers()), IsOk());

  EXPECT_THAT(
      Statements(),
      ElementsAre(kSecure, "SHOW server_version_num", "SHOW password_encryption", kFind, "BEGIN",
                  "SET LOCAL statement_timeout = '20s'", "SET LOCAL lock_timeout = '10s'",
                  "CREATE ROLE \"app_clone\" LOGIN PASSWORD 'scram-sha-256 of app_clone new'",
                  "GRANT \"app\" TO \"app_clone\"", "COMMIT"));
}

TEST_F(PostgresqlRotationTest, ACloneThatIsThereGetsAPassword) {
  database_.rows[kFind] = {{"1"}};

  EXPECT_THAT(rotation_.Set(AlternatingUsers()), IsOk());

  EXPECT_THAT(
      Statements(),
      ElementsAre(kSecure, "SHOW server_version_num", "SHOW password_encryption", kFind, "BEGIN",
                  "SET LOCAL statement_timeout = '20s'", "SET LOCAL lock_timeout = '10s'",
                  "ALTER ROLE \"app_clone\" PASSWORD 'scram-sha-256 of app_clone new'", "COMMIT"));
}

TEST_F(PostgresqlRotationTest, WantOfPrivilegesIsExplainedSincePostgresql16) {
  RotatorError denied{std::string(errors::kPermissionDenied), "SQLSTATE 42501: no", false, "42501"};
  database_.fails = {{"CREATE ROLE", denied}};
  for (const auto& [version, is_explained] : {std::pair("150018", false), {"160003", true}}) {
    database_.rows["SHOW server_version_num"] = {{version}};

    const auto result = rotation_.Set(AlternatingUsers());

    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().type, errors::kPermissionDenied);
    EXPECT_EQ(result.error().message.contains("ADMIN OPTION"), is_explained);
    EXPECT_THAT(result.error().message,
                HasSubstr("Cannot set up the user \"app_clone\" as \"root\": SQLSTATE 42501"));
  }
}

TEST_F(PostgresqlRotationTest, TheTestLogsInWithThePendingPassword) {
  EXPECT_FALSE(rotation_.Test(Credential("app", "new")).has_value());
  database_.log.clear();

  EXPECT_THAT(rotation_.Test(Credential("app", "old")), IsOk());

  EXPECT_THAT(database_.log, ElementsAre("login app/old at db:1", "SELECT pg_catalog.now()"));
}

TEST_F(PostgresqlRotationTest, ANameThatWouldBeCutIsNotSent) {
  SetCredentials credentials = AlternatingUsers();
  credentials.pending.username = std::string(64, 'u');

  EXPECT_EQ(rotation_.Set(credentials).error().type, errors::kUserNameTooLong);
  EXPECT_THAT(database_.log, ElementsAre());
}

}  // namespace
}  // namespace coffer::rotation::native
