#include "rotation/native/secret_text.h"

#include "rotation/native/create_secret.h"
#include "support/matchers.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::rotation::native {
namespace {

using test::IsOk;

TEST(SecretTextTest, OnlyTheMembersThatAreNamedChange) {
  struct Case {
    std::string_view before;
    std::string_view after;
  };
  const std::vector<Case> cases = {
      {R"({"password":"old"})", R"({"password":"n\"\\ew"})"},
      {R"({"password":""})", R"({"password":"n\"\\ew"})"},
      {R"({ "n" : 1.50E+2 ,"password" : "o\"l\\d\u0041" , "z":[ {"password":"deep"} ] })",
       R"({ "n" : 1.50E+2 ,"password" : "n\"\\ew" , "z":[ {"password":"deep"} ] })"},
      {R"({"pass\u0077ord":"old","größe":"\u00e4"})",
       R"({"pass\u0077ord":"n\"\\ew","größe":"\u00e4"})"},
      {"\n{\"a\":12345678901234567890123,\t\"password\":\"x\\\\\"}\n",
       "\n{\"a\":12345678901234567890123,\t\"password\":\"n\\\"\\\\ew\"}\n"},
  };
  for (const auto& [before, after] : cases) {
    const std::array<MemberValue, 1> members = {{{"password", "n\"\\ew"}}};
    const auto changed = ReplaceMembers(before, members);
    ASSERT_THAT(changed, IsOk());
    EXPECT_EQ(changed->ExposeText(), after);
  }
}

TEST(SecretTextTest, TwoMembersInAnyOrder) {
  const std::array<MemberValue, 2> members = {{{"username", "u2"}, {"password", "p2"}}};

  EXPECT_EQ(ReplaceMembers(R"({"password":"p","x":1,"username":"u"})", members)->ExposeText(),
            R"({"password":"p2","x":1,"username":"u2"})");
  EXPECT_EQ(ReplaceMembers(R"({"username":"u","password":"p"})", members)->ExposeText(),
            R"({"username":"u2","password":"p2"})");
}

TEST(SecretTextTest, WhatCannotBeReplacedIsAnError) {
  const std::array<MemberValue, 1> members = {{{"password", "p2"}}};
  for (const std::string_view json : {"", "[]", "{}", R"({"password":1})", R"({"a":"password"})"}) {
    EXPECT_FALSE(ReplaceMembers(json, members).has_value()) << json;
  }
}

Settings Of(Engine engine, std::optional<Strategy> strategy = {}) {
  Settings settings;
  settings.engine = engine;
  settings.strategy = strategy;
  return settings;
}

TEST(CreateSecretTest, SingleUserChangesThePasswordAlone) {
  const auto value = MakePendingValue(
      R"({"engine":"postgres","host":"h","username":"app_clone","password":"old","port":"1"})",
      "new", Of(Engine::kPostgresql));

  ASSERT_THAT(value, IsOk());
  EXPECT_EQ(
      value->ExposeText(),
      R"({"engine":"postgres","host":"h","username":"app_clone","password":"new","port":"1"})");
}

TEST(CreateSecretTest, AlternatingUsersChangeTheNameToo) {
  const auto pending = [](std::string_view username) {
    return std::string(
        MakePendingValue(R"({"engine":"mysql","host":"h","masterarn":"m","username":")" +
                             std::string(username) + R"(","password":"old"})",
                         "new", Of(Engine::kMysql))
            ->ExposeText());
  };
  EXPECT_EQ(
      pending("app"),
      R"({"engine":"mysql","host":"h","masterarn":"m","username":"app_clone","password":"new"})");
  EXPECT_EQ(pending("app_clone"),
            R"({"engine":"mysql","host":"h","masterarn":"m","username":"app","password":"new"})");
  EXPECT_EQ(
      pending("_clone"),
      R"({"engine":"mysql","host":"h","masterarn":"m","username":"_clone_clone","password":"new"})");
}

TEST(CreateSecretTest, TheStrategyOfTheSettingsWins) {
  constexpr std::string_view kMaster =
      R"({"engine":"mysql","host":"h","masterarn":"m","username":"u","password":"old"})";
  constexpr std::string_view kNoMaster =
      R"({"engine":"mysql","host":"h","username":"u","password":"old"})";

  EXPECT_EQ(
      MakePendingValue(kMaster, "new", Of(Engine::kMysql, Strategy::kSingleUser))->ExposeText(),
      R"({"engine":"mysql","host":"h","masterarn":"m","username":"u","password":"new"})");
  EXPECT_EQ(MakePendingValue(kNoMaster, "new", Of(Engine::kMysql, Strategy::kAlternatingUsers))
                .error()
                .type,
            errors::kMasterSecretMissing);
}

TEST(CreateSecretTest, NamesThatAreTooLong) {
  struct Case {
    Engine rotator;
    std::string_view engine;
    std::optional<std::size_t> limit;
    std::string username;
    bool fits;
  };
  const auto name = [](std::size_t characters, std::string_view character) {
    std::string text;
    for (std::size_t i = 0; i < characters; ++i) text += character;
    return text;
  };
  const std::vector<Case> cases = {
      {Engine::kPostgresql, "postgres", {}, name(57, "u"), true},
      {Engine::kPostgresql, "postgres", {}, name(58, "u"), false},
      {Engine::kPostgresql, "postgres", {}, name(29, "ä"), false},
      {Engine::kMysql, "mysql", {}, name(26, "u"), true},
      {Engine::kMysql, "mysql", {}, name(26, "ä"), true},
      {Engine::kMysql, "mysql", {}, name(27, "u"), false},
      {Engine::kMysql, "aurora-mysql", {}, name(27, "u"), false},
      {Engine::kMysql, "mysql", 16, name(11, "u"), false},
      {Engine::kMysql, "mysql", 80, name(70, "u"), true},
      {Engine::kMysql, "mariadb", {}, name(74, "u"), true},
      {Engine::kMysql, "mariadb", {}, name(75, "u"), false},
  };
  for (const auto& entry : cases) {
    Settings settings = Of(entry.rotator);
    settings.username_limit = entry.limit;
    const auto value = MakePendingValue(R"({"engine":")" + std::string(entry.engine) +
                                            R"(","host":"h","masterarn":"m","password":"p",)" +
                                            R"("username":")" + entry.username + "\"}",
                                        "new", settings);
    EXPECT_EQ(value.has_value(), entry.fits) << entry.engine << " " << entry.username;
    if (!value) {
      EXPECT_EQ(value.error().type, errors::kUserNameTooLong);
    }
  }
}

}  // namespace
}  // namespace coffer::rotation::native
