#include "keyring/key_name.h"

#include "secrets/messages.h"
#include "support/matchers.h"

#include <gtest/gtest.h>

namespace coffer::keyring {
namespace {

constexpr std::string_view kAccount = "123456789012";
constexpr std::string_view kRegion = "eu-central-1";

TEST(KeyNameTest, UnderstandsEveryForm) {
  struct Case {
    std::string_view kms_key_id;
    KeyName::Kind kind;
    std::string_view text;
  };
  const Case cases[] = {
      {"1234abcd-12ab-34cd-56ef-1234567890ab", KeyName::Kind::kName,
       "1234abcd-12ab-34cd-56ef-1234567890ab"},
      {"my-key", KeyName::Kind::kName, "my-key"},
      {"arn:aws:kms:eu-central-1:123456789012:key/my-key", KeyName::Kind::kName, "my-key"},
      {"arn:aws-cn:kms:eu-central-1:123456789012:key/a/b:c", KeyName::Kind::kName, "a/b:c"},
      {"alias/mine", KeyName::Kind::kAlias, "alias/mine"},
      {"arn:aws:kms:eu-central-1:123456789012:alias/mine", KeyName::Kind::kAlias, "alias/mine"},
      {"alias/aws/secretsmanager", KeyName::Kind::kDefault, ""},
      {"arn:aws:kms:eu-central-1:123456789012:alias/aws/secretsmanager", KeyName::Kind::kDefault,
       ""},
  };
  for (const auto& [kms_key_id, kind, text] : cases) {
    const auto name = ParseKeyName(kAccount, kRegion, kms_key_id);
    ASSERT_THAT(name, test::IsOk()) << kms_key_id;
    EXPECT_EQ(name->kind, kind) << kms_key_id;
    EXPECT_EQ(name->text, text);
  }
}

TEST(KeyNameTest, AnArnSaysWhoseTheKeyIs) {
  for (const std::string_view resource : {"key/a", "alias/a", "alias/aws/secretsmanager"}) {
    const std::string arn = "arn:aws:kms:eu-central-1:999999999999:" + std::string(resource);
    EXPECT_EQ(ParseKeyName(kAccount, kRegion, arn)->account, "999999999999");
    if (resource != "key/a") {
      EXPECT_EQ(ParseKeyName(kAccount, kRegion, resource)->account, kAccount);
    }
  }
}

TEST(KeyNameTest, RefusesWhatCannotBeUsedHere) {
  struct Case {
    std::string_view kms_key_id;
    ApiError error;
  };
  const Case cases[] = {
      {"alias/aws/s3", secrets::KmsAccessDenied()},
      {"arn:aws:kms:eu-central-1:123456789012:alias/aws/s3", secrets::KmsAccessDenied()},
      {"arn:aws:kms:eu-central-1:999999999999:alias/aws/s3", secrets::KmsAccessDenied()},
      {"arn:aws:kms:us-east-1:123456789012:key/a", secrets::InvalidKmsKeyRegion("us-east-1")},
      {"arn:aws:kms:us-east-1:999999999999:key/a", secrets::InvalidKmsKeyRegion("us-east-1")},
      {"", KeyNotFound("")},
      {"alias/", KeyNotFound("alias/")},
      {"arn:aws:kms:eu-central-1:123456789012:key/",
       KeyNotFound("arn:aws:kms:eu-central-1:123456789012:key/")},
      {"arn:aws:kms:eu-central-1:123456789012:grant/a",
       KeyNotFound("arn:aws:kms:eu-central-1:123456789012:grant/a")},
      {"arn:aws:s3:eu-central-1:123456789012:key/a",
       KeyNotFound("arn:aws:s3:eu-central-1:123456789012:key/a")},
      {"arn:aws:kms", KeyNotFound("arn:aws:kms")},
  };
  for (const auto& [kms_key_id, error] : cases) {
    EXPECT_THAT(ParseKeyName(kAccount, kRegion, kms_key_id),
                test::FailsWith(error.code, error.message))
        << kms_key_id;
  }
}

}  // namespace
}  // namespace coffer::keyring
