#include "rotation/native/mysql_rotation.h"

#include "support/matchers.h"
#include "unit/rotation/native/fake_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace coffer::rotation::native {
namespace {

using test::IsOk;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kLimit = "SET SESSION lock_wait_timeout = 10";

class MysqlRotationTest : public ::testing::Test {
 protected:
  MysqlRotationTest() {
    database_.passwords = {{"app", "old"}, {"root", "top"}};
    Version("8.4.0");
  }

  void Version(const std::string& version) {
    version_ = version;
    database_.rows["SELECT VERSION()"] = {{version}};
    const std::string roles = version.contains("MariaDB") ? " AND is_role <> 'Y'" : "";
    find_current_ = "SELECT Host FROM mysql.user WHERE User = 'app'" + roles;
    find_pending_ = "SELECT Host FROM mysql.user WHERE User = 'app_clone'" + roles;
    database_.rows[find_current_] = {{"%"}};
    database_.rows["SHOW GRANTS FOR 'app'@'%'"] = {{"GRANT SELECT ON `s`.* TO `app`@`%`"}};
    database_.rows[Tls("%")] = {{"ANY", "", "", ""}};
  }

  static std::string Tls(const std::string& host) {
    return "SELECT ssl_type, ssl_cipher, x509_issuer, x509_subject FROM mysql.user WHERE User = "
           "'app' AND Host = '" +
           host + "'";
  }
  static std::string Roles(const std::string& host) {
    return "SELECT DEFAULT_ROLE_USER, DEFAULT_ROLE_HOST FROM mysql.default_roles WHERE USER = "
           "'app' AND HOST = '" +
           host + "'";
  }

  std::vector<std::string> Statements() {
    std::erase_if(database_.log, [](const auto& line) { return line.starts_with("login "); });
    return std::exchange(database_.log, {});
  }

  FakeDatabase database_;
  FakeConnector<Session> connector_{database_};
  Settings settings_;
  MysqlRotation rotation_{connector_, settings_};
  std::string version_;
  std::string find_current_;
  std::string find_pending_;
};

TEST_F(MysqlRotationTest, AUserChangesItsOwnPassword) {
  struct Case {
    std::string version;
    std::string statement;
  };
  const std::vector<Case> cases = {{"5.6.51", "SET PASSWORD = PASSWORD('new')"},
                                   {"5.7.44", "SET PASSWORD = 'new'"},
                                   {"8.0.36", "SET PASSWORD = 'new'"},
                                   {"8.4.0", "SET PASSWORD = 'new'"},
                                   {"9.3.0", "SET PASSWORD = 'new'"},
                                   {"10.11.6-MariaDB", "SET PASSWORD = PASSWORD('new')"}};
  for (const auto& [version, statement] : cases) {
    Version(version);
    EXPECT_THAT(rotation_.Set(SingleUser()), IsOk());
    EXPECT_THAT(Statements(), ElementsAre("SELECT VERSION()", kLimit, statement)) << version;
  }
}

TEST_F(MysqlRotationTest, NothingIsDoneTwice) {
  database_.passwords = {{"app", "new"}};

  EXPECT_THAT(rotation_.Set(SingleUser()), IsOk());

  EXPECT_THAT(Statements(), ElementsAre());
}

TEST_F(MysqlRotationTest, TwoPasswordsAtOnce) {
  settings_.uses_dual_passwords = true;

  EXPECT_THAT(rotation_.Set(SingleUser()), IsOk());
  EXPECT_THAT(Statements(),
              ElementsAre("SELECT VERSION()", kLimit, "ALTER USER USER() DISCARD OLD PASSWORD",
                          "SET PASSWORD = 'new' RETAIN CURRENT PASSWORD"));

  for (const std::string version : {"8.0.13", "5.7.44", "11.4.2-MariaDB"}) {
    Version(version);
    const auto result = rotation_.Set(SingleUser());
    ASSERT_FALSE(result.has_value()) << version;
    EXPECT_EQ(result.error().type, errors::kInvalidSettings);
    EXPECT_THAT(Statements(), ElementsAre("SELECT VERSION()", kLimit)) << version;
  }
}

TEST_F(MysqlRotationTest, TheCloneIsMadeByVersion) {
  struct Case {
    std::string version;
    std::string require;
    std::string password;
    bool has_roles;
  };
  const std::vector<Case> cases = {
      {"5.6.51", "GRANT USAGE ON *.* TO 'app_clone'@'%' REQUIRE SSL",
       "SET PASSWORD FOR 'app_clone'@'%' = PASSWORD('new')", false},
      {"5.7.44", "ALTER USER 'app_clone'@'%' REQUIRE SSL",
       "SET PASSWORD FOR 'app_clone'@'%' = 'new'", false},
      {"8.0.36", "ALTER USER 'app_clone'@'%' REQUIRE SSL",
       "SET PASSWORD FOR 'app_clone'@'%' = 'new'", true},
      {"8.4.0", "ALTER USER 'app_clone'@'%' REQUIRE SSL",
       "SET PASSWORD FOR 'app_clone'@'%' = 'new'", true},
      {"9.3.0", "ALTER USER 'app_clone'@'%' REQUIRE SSL",
       "SET PASSWORD FOR 'app_clone'@'%' = 'new'", true},
      {"10.11.6-MariaDB", "ALTER USER 'app_clone'@'%' REQUIRE SSL",
       "SET PASSWORD FOR 'app_clone'@'%' = PASSWORD('new')", false},
  };
  for (const auto& [version, require, password, has_roles] : cases) {
    Version(version);
    std::vector<std::string> expected = {"SELECT VERSION()",
                                         kLimit,
                                         find_current_,
                                         find_pending_,
                                         "CREATE USER 'app_clone'@'%' IDENTIFIED BY 'new~new'",
                                         "SHOW GRANTS FOR 'app'@'%'",
                                         "GRANT SELECT ON `s`.* TO 'app_clone'@'%'"};
    if (has_roles) expected.push_back(Roles("%"));
    expected.insert(expected.end(), {Tls("%"), require, password});

    EXPECT_THAT(rotation_.Set(AlternatingUsers()), IsOk());

    EXPECT_THAT(Statements(), ElementsAreArray(expected)) << version;
  }
}

TEST_F(MysqlRotationTest, ACloneThatIsThereIsNotMadeAgain) {
  database_.rows[find_pending_] = {{"%"}};

  EXPECT_THAT(rotation_.Set(AlternatingUsers()), IsOk());

  EXPECT_THAT(Statements(), Not(Contains(HasSubstr("CREATE USER"))));
}

TEST_F(MysqlRotationTest, DefaultRoles) {
  database_.rows[Roles("%")] = {{"r", "%"}, {"it's", "h"}};

  EXPECT_THAT(rotation_.Set(AlternatingUsers()), IsOk());

  EXPECT_THAT(Statements(),
              Contains("ALTER USER 'app_clone'@'%' DEFAULT ROLE 'r'@'%', 'it''s'@'h'"));
}

TEST_F(MysqlRotationTest, AccountsOfEveryHostWithPasswordsLast) {
  settings_.host_parts = HostParts::kAll;
  database_.rows[find_current_] = {{"h1"}, {"h2"}};
  database_.rows[find_pending_] = {{"h2"}};

  EXPECT_THAT(rotation_.Set(AlternatingUsers()), IsOk());

  EXPECT_THAT(Statements(), ElementsAre("SELECT VERSION()", kLimit, find_current_, find_pending_,
                                        "CREATE USER 'app_clone'@'h1' IDENTIFIED BY 'new~new'",
                                        "SHOW GRANTS FOR 'app'@'h1'", Roles("h1"), Tls("h1"),
                                        "SHOW GRANTS FOR 'app'@'h2'", Roles("h2"), Tls("h2"),
                                        "SET PASSWORD FOR 'app_clone'@'h1' = 'new'",
                                        "SET PASSWORD FOR 'app_clone'@'h2' = 'new'"));
}

TEST_F(MysqlRotationTest, WhatStopsACloneBeforeItsPassword) {
  struct Case {
    std::function<void(FakeDatabase&)> arrange;
    std::string message;
  };
  const std::vector<Case> cases = {
      {[&](FakeDatabase& database) { database.rows[find_current_] = {}; },
       "has no account in mysql.user"},
      {[&](FakeDatabase& database) { database.rows[find_current_] = {{"h"}}; }, "HOST_PARTS=all"},
      {[&](FakeDatabase& database) {
         database.rows["SHOW GRANTS FOR 'app'@'%'"] = {{"GIVE all TO `app`@`%`"}};
       },
       "cannot be understood"},
      {[&](FakeDatabase& database) {
         database.rows[Tls("%")] = {{"QUANTUM", "", "", ""}};
       },
       "QUANTUM"},
      {[&](FakeDatabase& database) { database.rows["SELECT VERSION()"] = {{"new"}}; }, "version"},
      {[&](FakeDatabase& database) {
         database.fails = {
             {"GRANT SELECT",
              {std::string(errors::kPermissionDenied), "error 1044: denied", false, "1044"}}};
       },
       "error 1044: denied"},
  };
  for (const auto& [arrange, message] : cases) {
    const FakeDatabase before = database_;
    arrange(database_);

    const auto result = rotation_.Set(AlternatingUsers());

    ASSERT_FALSE(result.has_value()) << message;
    EXPECT_THAT(result.error().message, HasSubstr(message));
    EXPECT_THAT(Statements(), Not(Contains(HasSubstr("SET PASSWORD")))) << message;
    database_ = before;
  }
}

TEST_F(MysqlRotationTest, NamesThatAreTooLongForTheServer) {
  struct Case {
    std::string version;
    std::size_t characters;
    bool fits;
  };
  const std::vector<Case> cases = {{"5.6.51", 16, true},          {"5.6.51", 17, false},
                                   {"8.4.0", 32, true},           {"8.4.0", 33, false},
                                   {"10.11.6-MariaDB", 80, true}, {"10.11.6-MariaDB", 81, false}};
  for (const auto& [version, characters, fits] : cases) {
    Version(version);
    SetCredentials credentials = AlternatingUsers();
    credentials.pending.username = std::string(characters, 'u');
    EXPECT_EQ(rotation_.Set(credentials).has_value(), fits) << version << " " << characters;
  }
}

TEST_F(MysqlRotationTest, TheTestLogsInWithThePendingPassword) {
  EXPECT_FALSE(rotation_.Test(Credential("app", "new")).has_value());
  database_.log.clear();

  EXPECT_THAT(rotation_.Test(Credential("app", "old")), IsOk());

  EXPECT_THAT(database_.log, ElementsAre("login app/old at db:1", "SELECT NOW()"));
}

}  // namespace
}  // namespace coffer::rotation::native
