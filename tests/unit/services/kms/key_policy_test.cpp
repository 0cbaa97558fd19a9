#include "services/kms/key_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace coffer::services::kms {
namespace {

using ::testing::HasSubstr;

store::KeyRow Key(bool is_default) {
  store::KeyRow key;
  key.account = "111122223333";
  key.region = "us-east-1";
  key.is_default = is_default;
  return key;
}

TEST(KeyPolicyTest, ThePolicyInForceIsTheOneThatWasPutOrTheDefault) {
  const std::string put = R"({"Statement":[]})";
  EXPECT_EQ(
      PolicyOf(Key(false), {.description = "", .is_enabled = true, .policy = put, .tags = {}}),
      put);
  EXPECT_EQ(PolicyOf(Key(false), {}), DefaultKeyPolicy("111122223333"));
  EXPECT_EQ(PolicyOf(Key(true), {}), ServiceKeyPolicy("111122223333", "us-east-1"));
}

TEST(KeyPolicyTest, OurOwnPoliciesAreKeyPolicies) {
  EXPECT_TRUE(CheckKeyPolicy(DefaultKeyPolicy("111122223333")));
  EXPECT_TRUE(CheckKeyPolicy(ServiceKeyPolicy("111122223333", "us-east-1")));
  EXPECT_THAT(DefaultKeyPolicy("111122223333"), HasSubstr("arn:aws:iam::111122223333:root"));
}

TEST(KeyPolicyTest, FaultsAreNamed) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"{", "syntax error"},
      {R"({"Statement":{"Effect":"Allow","Action":"kms:*","Resource":"*"}})", "no principal"},
      {R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*"}})", "no resource"},
      {R"({"Statement":{"Effect":"Allow","Principal":"*","Resource":"*"}})", "no action"},
      {R"({"Statement":{"Effect":"Allow","Principal":{"AWS":"bob"},"Action":"kms:*","Resource":"*"}})",
       "invalid principals"},
  };
  for (const auto& [text, part] : cases) {
    const auto checked = CheckKeyPolicy(text);
    ASSERT_FALSE(checked) << text;
    EXPECT_EQ(checked.error().code, ErrorCode::kMalformedKeyPolicy);
    EXPECT_THAT(checked.error().message, HasSubstr(std::string(part))) << text;
  }
}

}  // namespace
}  // namespace coffer::services::kms
