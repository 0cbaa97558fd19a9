#include "rotation/native/mysql_grants.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer::rotation::native {
namespace {

TEST(MysqlGrantsTest, RowsAreReplayedForAnotherAccount) {
  struct Case {
    std::string_view row;
    std::string_view plain;        // Empty = nothing to replay.
    std::string_view with_option;  // Empty = the same.
  };
  const std::vector<Case> cases = {
      // MySQL 8 and 9
      {"GRANT USAGE ON *.* TO `app`@`%`", "GRANT USAGE ON *.* TO N", ""},
      {"GRANT SELECT, INSERT (`a`) ON `shop`.* TO `app`@`%` WITH GRANT OPTION",
       "GRANT SELECT, INSERT (`a`) ON `shop`.* TO N",
       "GRANT SELECT, INSERT (`a`) ON `shop`.* TO N WITH GRANT OPTION"},
      {"GRANT BACKUP_ADMIN,XA_RECOVER_ADMIN ON *.* TO `app`@`%`",
       "GRANT BACKUP_ADMIN,XA_RECOVER_ADMIN ON *.* TO N", ""},
      {"GRANT `r`@`%`,`s`@`%` TO `app`@`%` WITH ADMIN OPTION", "GRANT `r`@`%`,`s`@`%` TO N",
       "GRANT `r`@`%`,`s`@`%` TO N WITH ADMIN OPTION"},
      {"REVOKE SELECT ON `mysql`.* FROM `app`@`%`", "REVOKE SELECT ON `mysql`.* FROM N", ""},
      {"GRANT PROXY ON ``@`` TO `app`@`%` WITH GRANT OPTION", "GRANT PROXY ON ``@`` TO N",
       "GRANT PROXY ON ``@`` TO N WITH GRANT OPTION"},
      // MySQL 5.6 and 5.7
      {"GRANT SELECT ON *.* TO 'app'@'%' IDENTIFIED BY PASSWORD '*AB TO CD' REQUIRE SSL WITH GRANT "
       "OPTION MAX_QUERIES_PER_HOUR 9",
       "GRANT SELECT ON *.* TO N", "GRANT SELECT ON *.* TO N WITH GRANT OPTION"},
      // MariaDB
      {"GRANT USAGE ON *.* TO `app`@`%` IDENTIFIED VIA ed25519 USING 'x TO `y`' OR unix_socket",
       "GRANT USAGE ON *.* TO N", ""},
      {"GRANT `role` TO `app`@`%`", "GRANT `role` TO N", ""},
      {"SET DEFAULT ROLE `role FOR it` FOR `app`@`%`", "SET DEFAULT ROLE `role FOR it` FOR N", ""},
      {"GRANT SELECT ON `x`.* TO `role`", "", ""},
      {"GRANT SELECT ON `x`.* TO PUBLIC", "", ""},
      // Names that look like the statement's own words
      {"GRANT SELECT ON `a TO b`.`c`` TO ``d` TO `app TO x`@`%`",
       "GRANT SELECT ON `a TO b`.`c`` TO ``d` TO N", ""},
      {"GRANT SELECT ON `back\\`.* TO `app`@`%`", "GRANT SELECT ON `back\\`.* TO N", ""},
      {"GRANT SELECT ON `a WITH GRANT OPTION`.* TO `x GRANT OPTION `@`%`",
       "GRANT SELECT ON `a WITH GRANT OPTION`.* TO N", ""},
      {"GRANT SELECT ON \"ansi TO x\".* TO \"app\"@\"%\"", "GRANT SELECT ON \"ansi TO x\".* TO N",
       ""},
      {R"(GRANT USAGE ON *.* TO 'it\'s TO x'@'%')", "GRANT USAGE ON *.* TO N", ""},
  };
  for (const auto& [row, plain, with_option] : cases) {
    const auto without = ReplayGrant(row, "N", false);
    ASSERT_TRUE(without.has_value()) << row;
    EXPECT_EQ(without->statement, plain);
    const auto with = ReplayGrant(row, "N", true);
    ASSERT_TRUE(with.has_value()) << row;
    EXPECT_EQ(with->statement, with_option.empty() ? plain : with_option);
  }
}

TEST(MysqlGrantsTest, NothingIsGuessed) {
  for (const std::string_view row :
       {"", "GRANT SELECT ON `x`.*", "GRANT SELECT ON `open TO app@%", "DROP TABLE x TO a@b",
        "GRANT USAGE ON *.* TO 'broken\\'@'%'", "grant select to a@b"}) {
    EXPECT_FALSE(ReplayGrant(row, "N", false).has_value()) << row;
  }
}

}  // namespace
}  // namespace coffer::rotation::native
