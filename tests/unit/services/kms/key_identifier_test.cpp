#include "services/kms/key_identifier.h"

#include <gtest/gtest.h>

namespace coffer::services::kms {
namespace {

constexpr std::string_view kAccount = "111122223333";
constexpr std::string_view kRegion = "us-east-1";
constexpr std::string_view kUuid = "11111111-2222-3333-4444-55555555abcd";

TEST(KeyIdentifierTest, EachFormIsUnderstood) {
  struct Case {
    std::string key_id;
    std::string account;
    std::string text;
    bool is_alias;
  };
  const std::string uuid(kUuid);
  const Case cases[] = {
      {uuid, "111122223333", uuid, false},
      {"my-key", "111122223333", "my-key", false},
      {"alias/a", "111122223333", "alias/a", true},
      {"arn:aws:kms:us-east-1:444455556666:key/" + uuid, "444455556666", uuid, false},
      {"arn:aws:kms:us-east-1:444455556666:alias/a/b", "444455556666", "alias/a/b", true},
  };
  for (const Case& tested : cases) {
    const auto found = ParseKeyIdentifier(kAccount, kRegion, tested.key_id);
    ASSERT_TRUE(found) << tested.key_id;
    EXPECT_EQ(found->account, tested.account) << tested.key_id;
    EXPECT_EQ(found->text, tested.text) << tested.key_id;
    EXPECT_EQ(found->is_alias, tested.is_alias) << tested.key_id;
  }
}

TEST(KeyIdentifierTest, OtherArnsAreNoKeys) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"arn:aws:kms:eu-west-1:111122223333:key/x", "Invalid arn eu-west-1"},
      {"arn:aws:s3:us-east-1:111122223333:key/x",
       "Invalid keyId 'arn:aws:s3:us-east-1:111122223333:key/x'"},
      {"arn:aws:kms:us-east-1:111122223333:grant/x",
       "Invalid keyId 'arn:aws:kms:us-east-1:111122223333:grant/x'"},
  };
  for (const auto& [key_id, message] : cases) {
    const auto found = ParseKeyIdentifier(kAccount, kRegion, key_id);
    ASSERT_FALSE(found) << key_id;
    EXPECT_EQ(found.error(), (ApiError{ErrorCode::kNotFound, std::string(message)}));
  }
}

TEST(KeyIdentifierTest, WhatIsNotThereIsNamedByItsArn) {
  const auto message = [](std::string_view key_id) {
    return KeyNotFound(kRegion, ParseKeyIdentifier(kAccount, kRegion, key_id).value()).message;
  };
  EXPECT_EQ(message(kUuid), "Key 'arn:aws:kms:us-east-1:111122223333:key/" + std::string(kUuid) +
                                "' does not exist");
  EXPECT_EQ(message("mrk-0123456789abcdef0123456789abcdef"),
            "Key 'arn:aws:kms:us-east-1:111122223333:key/mrk-0123456789abcdef0123456789abcdef' "
            "does not exist");
  EXPECT_EQ(message("alias/a"), "Alias arn:aws:kms:us-east-1:111122223333:alias/a is not found.");
  EXPECT_EQ(message("my-key"), "Invalid keyId 'my-key'");
}

TEST(KeyIdentifierTest, AliasesHaveAFormOfTheirOwn) {
  EXPECT_TRUE(CheckAliasName("alias/team/db_1"));
  const std::pair<std::string_view, ErrorCode> refused[] = {
      {"team", ErrorCode::kValidation},
      {"alias/", ErrorCode::kInvalidAliasName},
      {"alias/a:b", ErrorCode::kInvalidAliasName},
      {"alias/aws/mine", ErrorCode::kNotAuthorized},
  };
  for (const auto& [alias, code] : refused) {
    const auto checked = CheckAliasName(alias);
    ASSERT_FALSE(checked) << alias;
    EXPECT_EQ(checked.error().code, code) << alias;
  }
}

TEST(KeyIdentifierTest, ChangesTakeNoAlias) {
  EXPECT_TRUE(RefuseAlias(kUuid));
  EXPECT_TRUE(RefuseAlias("arn:aws:kms:us-east-1:111122223333:key/x"));
  EXPECT_FALSE(RefuseAlias("alias/a"));
  EXPECT_FALSE(RefuseAlias("arn:aws:kms:us-east-1:111122223333:alias/a"));
}

}  // namespace
}  // namespace coffer::services::kms
