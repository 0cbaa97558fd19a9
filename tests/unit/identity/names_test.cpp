#include "identity/names.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace coffer::identity {
namespace {

TEST(NamesTest, NamesHaveIamsCharacters) {
  for (const std::string_view good : {"a", "Alice", "a_b+c=d,e.f@g-h", "0"}) {
    EXPECT_TRUE(IsName(good)) << good;
  }
  for (const std::string_view bad : {"", "a b", "a/b", "a*", "a:b", "größe"}) {
    EXPECT_FALSE(IsName(bad)) << bad;
  }
}

TEST(NamesTest, PathsBeginAndEndWithASlash) {
  for (const std::string_view good : {"/", "/a/", "/division_abc/sub*division/", "//"}) {
    EXPECT_TRUE(IsPath(good)) << good;
  }
  for (const std::string_view bad : {"", "a", "/a", "a/", "/a b/"})
    EXPECT_FALSE(IsPath(bad)) << bad;
  EXPECT_TRUE(IsPath("/" + std::string(510, 'a') + "/"));
  EXPECT_FALSE(IsPath("/" + std::string(511, 'a') + "/"));
}

TEST(NamesTest, ArnsAreMadeAndTakenApart) {
  EXPECT_EQ(ArnOf("111122223333", "user", "/", "alice"), "arn:aws:iam::111122223333:user/alice");
  EXPECT_EQ(ArnOf("111122223333", "role", "/a/b/", "R"), "arn:aws:iam::111122223333:role/a/b/R");
  EXPECT_EQ(SessionArn("111122223333", "R", "s"), "arn:aws:sts::111122223333:assumed-role/R/s");

  const auto parsed = ParseEntityArn("arn:aws:iam::111122223333:policy/a/b/P");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->account, "111122223333");
  EXPECT_EQ(parsed->kind, "policy");
  EXPECT_EQ(parsed->path, "/a/b/");
  EXPECT_EQ(parsed->name, "P");
  EXPECT_EQ(ParseEntityArn("arn:aws:iam::aws:policy/AdministratorAccess")->account, "aws");
}

TEST(NamesTest, WhatIsNoArnOfAnEntity) {
  for (const std::string_view bad :
       {"", "arn:aws:iam::111122223333", "arn:aws:iam::111122223333:root", "arn:aws:iam::1:user/a",
        "arn:aws:iam::111122223333:user/", "arn:aws:iam::111122223333:thing/a",
        "arn:aws:sts::111122223333:user/a", "arn:aws:iam:us-east-1:111122223333:user/a"}) {
    EXPECT_FALSE(ParseEntityArn(bad).has_value()) << bad;
  }
}

TEST(NamesTest, IdsSpellTheirRandomBytes) {
  std::array<std::byte, kIdRandomBytes> bytes{};
  EXPECT_EQ(UniqueId("AIDA", bytes), "AIDAAAAAAAAAAAAAAAAAA");
  bytes.fill(std::byte{0xFF});
  EXPECT_EQ(UniqueId("AROA", bytes), "AROA77777777777777777");
}

TEST(NamesTest, LetterCaseDoesNotTellNamesApart) { EXPECT_EQ(NameKey("AliCE-1"), "alice-1"); }

}  // namespace
}  // namespace coffer::identity
