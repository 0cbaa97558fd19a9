#include "rotation/executors/password_in_value.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::rotation {
namespace {

TEST(PasswordInValueTest, ReplacesThePasswordAlone) {
  struct Case {
    std::string value;
    std::string expected;
  };
  const Case cases[] = {
      {"old", "n\"w"},
      {"", "n\"w"},
      {"\"a JSON string\"", "n\"w"},
      {"[1]", "n\"w"},
      {"{not JSON}", "n\"w"},
      {R"({"password":"old"})", R"({"password":"n\"w"})"},
      {R"( {"b" : 1e3, "password" : "o\"l}d\\" , "a":[{"password":"x"}] } )",
       R"( {"b" : 1e3, "password" : "n\"w" , "a":[{"password":"x"}] } )"},
      {R"({"password":17})", R"({"password":"n\"w"})"},
      {R"({"password":null,"a":1})", R"({"password":"n\"w","a":1})"},
      {R"({"password":{"a":"}","b":[1,{}]},"c":1})", R"({"password":"n\"w","c":1})"},
      {R"({"p\u0061ssword":"old"})", R"({"p\u0061ssword":"n\"w"})"},
      {"{}", R"({"password":"n\"w"})"},
      {R"({"user":"{}"} )", R"({"user":"{}","password":"n\"w"} )"},
  };
  for (const auto& [value, expected] : cases) {
    const auto changed = WithPassword(value, "n\"w");
    ASSERT_TRUE(changed) << value;
    EXPECT_EQ(changed->ExposeText(), expected) << value;
  }
}

TEST(PasswordInValueTest, AnObjectWithOneNameTwiceIsNotTouched) {
  EXPECT_FALSE(WithPassword(R"({"a":1,"a":2})", "new"));
}

TEST(PasswordInValueTest, FindsRelatedSecrets) {
  struct Case {
    std::string value;
    std::vector<std::string> ids;
  };
  const Case cases[] = {
      {"plain", {}},
      {R"({"masterarn":"m"})", {"m"}},
      {R"({"adminSecretArn":"a","masterarn":"m"})", {"m", "a"}},
      {R"({"adminSecretArn":"m","masterarn":"m"})", {"m"}},
      {R"({"adminSecretArn":["a"],"masterarn":7,"x":{"masterarn":"m"}})", {}},
      {R"({"masterarn":""})", {}},
  };
  for (const auto& [value, ids] : cases) EXPECT_EQ(RelatedSecretIds(value), ids) << value;
}

TEST(PasswordInValueTest, KnowsPostgres) {
  EXPECT_TRUE(IsOfPostgres(R"({"engine":"postgres"})"));
  EXPECT_TRUE(IsOfPostgres(R"({"engine":"aurora-postgresql"})"));
  EXPECT_FALSE(IsOfPostgres(R"({"engine":"mariadb"})"));
  EXPECT_FALSE(IsOfPostgres(R"({"engine":1})"));
  EXPECT_FALSE(IsOfPostgres("postgres"));
}

}  // namespace
}  // namespace coffer::rotation
