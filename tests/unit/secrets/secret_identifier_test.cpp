#include "secrets/secret_identifier.h"

#include "secrets/messages.h"
#include "support/fake_random.h"
#include "support/matchers.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace coffer::secrets {
namespace {

using test::FailsWith;
using test::IsOk;

constexpr std::string_view kArnStart = "arn:aws:secretsmanager:us-east-1:123456789012:secret:";

TEST(SecretIdentifierTest, ANameIsTakenWhole) {
  for (const std::string name : {"prod/db", "Valid/_+=.@-Name", "Name-a1b2", "Name-a1b2c3",
                                 "Name-a1b2c3-", "rds!db-1", "-", "arn", "arn-aws"}) {
    SCOPED_TRACE(name);
    const auto identifier = ParseSecretIdentifier(name);
    ASSERT_THAT(identifier, IsOk());
    EXPECT_EQ(identifier->name, name);
    EXPECT_EQ(identifier->region, std::nullopt);
    EXPECT_EQ(identifier->account, std::nullopt);
    EXPECT_EQ(identifier->suffix, std::nullopt);
  }
}

TEST(SecretIdentifierTest, AnArnIsCompleteWhenItEndsInHyphenAndSixAlphanumerics) {
  struct Case {
    std::string rest;
    std::string name;
    std::optional<std::string> suffix;
  };
  const std::vector<Case> cases = {
      {"prod/db-XTUSpD", "prod/db", "XTUSpD"},
      {"Invalid/_+=.@-Name-a1b2c3", "Invalid/_+=.@-Name", "a1b2c3"},
      {"Name-a1b2c3-0xn1mO", "Name-a1b2c3", "0xn1mO"},
      {"rds!db-1-ZO5wu6", "rds!db-1", "ZO5wu6"},
      {"prod/db", "prod/db", std::nullopt},
      {"Name-a1b2", "Name-a1b2", std::nullopt},
      {"Name-a1b2c3-", "Name-a1b2c3-", std::nullopt},
      {"Name-a1b2c3d", "Name-a1b2c3d", std::nullopt},
      {"Name-a1b_c3", "Name-a1b_c3", std::nullopt},
      {"NameXTUSpD", "NameXTUSpD", std::nullopt},
      {"-XTUSpD", "-XTUSpD", std::nullopt},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.rest);
    const auto identifier = ParseSecretIdentifier(std::string(kArnStart) + c.rest);
    ASSERT_THAT(identifier, IsOk());
    EXPECT_EQ(identifier->name, c.name);
    EXPECT_EQ(identifier->suffix, c.suffix);
    EXPECT_EQ(identifier->region, "us-east-1");
    EXPECT_EQ(identifier->account, "123456789012");
  }
}

TEST(SecretIdentifierTest, AnArnOfSomethingElseIsNotFound) {
  for (const std::string arn :
       {"arn:", "arn:aws", "arn:aws:secretsmanager:us-east-1:123456789012:secret:",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret",
        "arn:aws:secretsmanager:us-east-1:123456789012:key:name",
        "arn:aws:kms:us-east-1:123456789012:secret:name",
        "arn:aws-cn:secretsmanager:us-east-1:123456789012:secret:name",
        "arn:aws:secretsmanager:cn-north-1:123456789012:secret:name"}) {
    SCOPED_TRACE(arn);
    EXPECT_THAT(ParseSecretIdentifier(arn),
                FailsWith(ErrorCode::kResourceNotFound, SecretNotFound().message));
  }
}

TEST(SecretIdentifierTest, EveryByteIsEitherANameCharacterOrRefused) {
  const std::string allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_+=.@!-";
  for (int byte = 0; byte < 256; ++byte) {
    SCOPED_TRACE(byte);
    const char c = static_cast<char>(byte);
    EXPECT_EQ(CheckName(std::string("a") + c).has_value(), allowed.find(c) != std::string::npos);
  }
}

TEST(SecretIdentifierTest, RefusedNamesGetAwsText) {
  const std::string text =
      "Invalid name. Must be a valid name containing alphanumeric characters, or any of the "
      "following: -/_+=.@!";
  for (const std::string id : {" name", "na me", "name ", "na*me", "name?", "na]me", "na\\me",
                               "n\xC3\xA4me", "name:key"}) {
    SCOPED_TRACE(id);
    EXPECT_THAT(ParseSecretIdentifier(id), FailsWith(ErrorCode::kValidation, text));
    EXPECT_THAT(ParseSecretIdentifier(std::string(kArnStart) + id),
                FailsWith(ErrorCode::kValidation, text));
  }
}

TEST(SecretIdentifierTest, ArnsNameThePartitionOfTheirRegion) {
  struct Case {
    std::string region;
    std::string arn;
  };
  const std::vector<Case> cases = {
      {"us-east-1", "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-a1B2c3"},
      {"us-gov-west-1",
       "arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:prod/db-a1B2c3"},
      {"cn-north-1", "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:prod/db-a1B2c3"},
      {"eusc-de-east-1",
       "arn:aws-eusc:secretsmanager:eusc-de-east-1:123456789012:secret:prod/db-a1B2c3"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.region);
    const SecretAddress address{.account = "123456789012", .region = c.region, .name = "prod/db"};
    EXPECT_EQ(SecretArn(address, "a1B2c3"), c.arn);

    const auto identifier = ParseSecretIdentifier(c.arn);
    ASSERT_THAT(identifier, IsOk());
    EXPECT_EQ(identifier->name, address.name);
    EXPECT_EQ(identifier->suffix, "a1B2c3");
  }
}

TEST(SecretIdentifierTest, SuffixesAreSixAlphanumericsOfEveryKind) {
  test::FakeRandom random;
  std::set<char> seen;
  for (int i = 0; i < 500; ++i) {
    const std::string suffix = DrawArnSuffix(random);
    ASSERT_EQ(suffix.size(), kArnSuffixLength);
    seen.insert(suffix.begin(), suffix.end());
  }
  EXPECT_EQ(std::string(seen.begin(), seen.end()),
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
}

}  // namespace
}  // namespace coffer::secrets
