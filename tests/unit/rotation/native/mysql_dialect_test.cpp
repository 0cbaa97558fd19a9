#include "rotation/native/mysql_dialect.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::rotation::native {
namespace {

constexpr int kNewest = std::numeric_limits<int>::max();

TEST(MysqlDialectTest, VersionsAreRead) {
  struct Case {
    std::string_view text;
    bool is_mariadb;
    int major;
    int minor;
    int patch;
  };
  const std::vector<Case> cases = {
      {"5.6.51", false, 5, 6, 51},
      {"5.7.44-log", false, 5, 7, 44},
      {"8.0.36-0ubuntu0.22.04.1", false, 8, 0, 36},
      {"8.0.mysql_aurora.3.05.2", false, 8, 0, kNewest},
      {"8.4.0", false, 8, 4, 0},
      {"9.1", false, 9, 1, kNewest},
      {"10.11.6-MariaDB-0+deb12u1-log", true, 10, 11, 6},
      {"5.5.64-MariaDB", true, 5, 5, 64},
  };
  for (const auto& entry : cases) {
    const auto version = ParseMysqlVersion(entry.text);
    ASSERT_TRUE(version.has_value()) << entry.text;
    EXPECT_EQ(version->flavour == MysqlVersion::Flavour::kMariadb, entry.is_mariadb) << entry.text;
    EXPECT_EQ(version->major, entry.major) << entry.text;
    EXPECT_EQ(version->minor, entry.minor) << entry.text;
    EXPECT_EQ(version->patch, entry.patch) << entry.text;
  }
  for (const std::string_view text : {"", "8", "8.", "MariaDB", "x.1"}) {
    EXPECT_FALSE(ParseMysqlVersion(text).has_value()) << text;
  }
}

TEST(MysqlDialectTest, StatementsByVersion) {
  struct Case {
    std::string_view version;
    std::string_view own_password;
    std::string_view require;
    std::size_t name_limit;
    bool has_dual_passwords;
    bool has_default_roles_table;
  };
  constexpr std::string_view kHash = "SET PASSWORD = PASSWORD('p')";
  constexpr std::string_view kText = "SET PASSWORD = 'p'";
  constexpr std::string_view kGrant = "GRANT USAGE ON *.* TO 'u'@'%' REQUIRE SSL";
  constexpr std::string_view kAlter = "ALTER USER 'u'@'%' REQUIRE SSL";
  const std::vector<Case> cases = {
      {"5.6.51", kHash, kGrant, 16, false, false},
      {"5.7.5", kHash, kGrant, 16, false, false},
      {"5.7.6", kText, kAlter, 16, false, false},
      {"5.7.8", kText, kAlter, 32, false, false},
      {"5.7.44", kText, kAlter, 32, false, false},
      {"8.0.13", kText, kAlter, 32, false, true},
      {"8.0.14", kText, kAlter, 32, true, true},
      {"8.0.mysql_aurora.3.05.2", kText, kAlter, 32, true, true},
      {"8.4.0", kText, kAlter, 32, true, true},
      {"9.3.0", kText, kAlter, 32, true, true},
      {"10.1.48-MariaDB", kHash, kGrant, 80, false, false},
      {"10.11.6-MariaDB", kHash, kAlter, 80, false, false},
      {"11.8.2-MariaDB", kHash, kAlter, 80, false, false},
  };
  for (const auto& entry : cases) {
    const auto version = ParseMysqlVersion(entry.version).value();
    EXPECT_EQ(SetOwnPassword(version, "'p'"), entry.own_password) << entry.version;
    EXPECT_EQ(SetPasswordOf(version, "'u'@'%'", "'p'"),
              "SET PASSWORD FOR 'u'@'%'" + std::string(entry.own_password.substr(12)))
        << entry.version;
    const TlsDemand demand{.type = "ANY", .cipher = {}, .issuer = {}, .subject = {}};
    EXPECT_EQ(RequireTls(version, "'u'@'%'", demand), entry.require) << entry.version;
    EXPECT_EQ(UserNameLimit(version), entry.name_limit) << entry.version;
    EXPECT_EQ(HasDualPasswords(version), entry.has_dual_passwords) << entry.version;
    EXPECT_EQ(HasDefaultRolesTable(version), entry.has_default_roles_table) << entry.version;
  }
}

TEST(MysqlDialectTest, WhatAnAccountDemands) {
  const auto version = ParseMysqlVersion("8.0.36").value();
  const auto require = [&](const TlsDemand& demand) { return RequireTls(version, "u", demand); };

  EXPECT_EQ(require({"", "", "", ""}), "ALTER USER u REQUIRE NONE");
  EXPECT_EQ(require({"X509", "", "", ""}), "ALTER USER u REQUIRE X509");
  EXPECT_EQ(require({"SPECIFIED", "'c'", "'i'", "'s'"}),
            "ALTER USER u REQUIRE CIPHER 'c' AND ISSUER 'i' AND SUBJECT 's'");
  EXPECT_EQ(require({"SPECIFIED", "", "'i'", ""}), "ALTER USER u REQUIRE ISSUER 'i'");
  EXPECT_EQ(require({"SPECIFIED", "", "", ""}), std::nullopt);
  EXPECT_EQ(require({"QUANTUM", "", "", ""}), std::nullopt);
}

}  // namespace
}  // namespace coffer::rotation::native
