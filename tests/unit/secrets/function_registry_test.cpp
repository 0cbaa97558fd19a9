#include "secrets/function_registry.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace coffer::secrets {
namespace {

constexpr std::string_view kSecret =
    "arn:aws:secretsmanager:us-east-1:000000000000:secret:a-AbCdEf";

RotationFunction Function(std::string match) {
  RotationFunction function;
  function.match = std::move(match);
  function.kind = RotationFunctionKind::kExec;
  return function;
}

TEST(FunctionRegistryTest, EntriesAreFoundByTheMostExactName) {
  const FunctionRegistry registry({Function("function:f*"),
                                   Function("arn:aws:lambda:us-east-1:000000000000:function:f"),
                                   Function("arn:aws:lambda:us-east-1:000000000000:function:f:7")});
  const auto match = [&](std::string_view arn) {
    const RotationFunction* const found = registry.Find(arn, kSecret);
    return found == nullptr ? std::string("none") : found->match;
  };
  constexpr std::string_view kArn = "arn:aws:lambda:us-east-1:000000000000:function:f";
  EXPECT_EQ(match(std::string(kArn) + ":7"), std::string(kArn) + ":7");
  EXPECT_EQ(match(std::string(kArn) + ":8"), kArn);
  EXPECT_EQ(match(std::string(kArn) + ":$LATEST"), kArn);
  EXPECT_EQ(match(kArn), kArn);
  EXPECT_EQ(match("arn:aws-cn:lambda:cn-north-1:111111111111:function:f2"), "function:f*");
  EXPECT_EQ(match("arn:aws:lambda:us-east-1:000000000000:function:g"), "none");
}

TEST(FunctionRegistryTest, WhatIsNoFunctionArnNamesNothing) {
  const FunctionRegistry registry({Function("*")});
  for (const std::string_view text :
       {"", "f", "function:f", "/bin/sh", "http://127.0.0.1/",
        "arn:aws:lambda:us-east-1:1:function:f", "arn:aws:lambda:us-east-1:000000000000:function:",
        "arn:aws:lambda::000000000000:function:f", "arn:aws:s3:us-east-1:000000000000:function:f",
        "arn:aws:lambda:us-east-1:000000000000:layer:f",
        "arn:aws:lambda:us-east-1:000000000000:function:f:",
        "arn:aws:lambda:us-east-1:000000000000:function:f;id",
        "arn:aws:lambda:us-east-1:000000000000:function:f\"", "arn:aws:lambda"}) {
    EXPECT_EQ(registry.Find(text, kSecret), nullptr) << text;
  }
}

TEST(FunctionRegistryTest, AnEntryCanBeOffOrForCertainSecrets) {
  RotationFunction off = Function("function:off");
  off.enabled = false;
  RotationFunction some = Function("function:some");
  some.secrets = {"arn:aws:secretsmanager:*:secret:app/*"};
  const FunctionRegistry registry({off, some});
  const std::string start = "arn:aws:lambda:us-east-1:000000000000:function:";
  EXPECT_EQ(registry.Find(start + "off", kSecret), nullptr);
  EXPECT_EQ(registry.Find(start + "some", kSecret), nullptr);
  EXPECT_NE(registry.Find(start + "some",
                          "arn:aws:secretsmanager:us-east-1:000000000000:secret:app/x-AbCdEf"),
            nullptr);
}

TEST(FunctionRegistryTest, AwsNamesForDatabasesAreThereUntilTheOperatorTakesThem) {
  const std::string arn =
      "arn:aws:lambda:us-east-1:000000000000:function:SecretsManagerRDSMariaDBRotationMultiUser";
  const FunctionRegistry nothing_configured({});
  const RotationFunction* const built_in = nothing_configured.Find(arn, kSecret);
  ASSERT_NE(built_in, nullptr);
  EXPECT_EQ(built_in->kind, RotationFunctionKind::kNative);
  EXPECT_EQ(built_in->environment.at("ROTATOR"), "mysql");
  EXPECT_EQ(built_in->environment.at("STRATEGY"), "alternating-users");
  const FunctionRegistry own({Function("function:SecretsManagerRDS*")});
  EXPECT_EQ(own.Find(arn, kSecret)->kind, RotationFunctionKind::kExec);
}

TEST(FunctionRegistryTest, StarsStandForAnyText) {
  struct Case {
    std::string_view pattern;
    std::string_view text;
    bool matches;
  };
  for (const Case& c :
       {Case{"", "", true}, Case{"*", "", true}, Case{"a*", "a", true}, Case{"a*c", "abbc", true},
        Case{"a*c", "abb", false}, Case{"*b*b", "abab", true}, Case{"a", "ab", false},
        Case{"**", "x", true}, Case{"?", "x", false}}) {
    EXPECT_EQ(MatchesWildcard(c.pattern, c.text), c.matches) << c.pattern << " " << c.text;
  }
}

}  // namespace
}  // namespace coffer::secrets
