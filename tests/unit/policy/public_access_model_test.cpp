#include "policy/evaluator.h"
#include "policy/public_access.h"
#include "support/policy_cases.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::policy {
namespace {

// What the analysis says of a policy, held against what the evaluator decides for outsiders: one
// that gets in makes a policy public.

constexpr std::string_view kSecret =
    "arn:aws:secretsmanager:us-east-1:111122223333:secret:app/db-a1B2c3";

/// Conditions to be put together. With the first there is none, and for a Deny no statement.
constexpr auto kConditions = std::to_array<std::string_view>({
    R"({})",
    R"({"StringEquals":{"aws:PrincipalOrgID":"o-a1b2"}})",
    R"({"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2"}})",
    R"({"StringLike":{"aws:PrincipalOrgID":"o-*"}})",
    R"({"StringNotLike":{"aws:PrincipalOrgID":"o-*"}})",
    R"({"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-a1b2"}})",
    R"({"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-a1b2"}})",
    R"({"StringEquals":{"aws:PrincipalOrgID":"${aws:PrincipalTag/own}"}})",
    R"({"Null":{"aws:PrincipalOrgID":"true"}})",
    R"({"Null":{"aws:PrincipalOrgID":"false"}})",
    R"({"Null":{"aws:PrincipalOrgID":["true","false"]}})",
    R"({"Null":{"aws:PrincipalAccount":"true"}})",
    R"({"StringLike":{"aws:PrincipalOrgPaths":"o-a1b2/*"}})",
    R"({"StringNotLike":{"aws:PrincipalOrgPaths":"o-a1b2/*"}})",
    R"({"ForAllValues:StringLike":{"aws:PrincipalOrgPaths":"o-a1b2/*"}})",
    R"({"ForAllValues:StringNotLike":{"aws:PrincipalOrgPaths":"o-a1b2/*"}})",
    R"({"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-a1b2/*"}})",
    R"({"ForAnyValue:StringNotLike":{"aws:PrincipalOrgPaths":"o-a1b2/*"}})",
    R"({"ForAnyValue:StringLikeIfExists":{"aws:PrincipalOrgPaths":"o-a1b2/*"}})",
    R"({"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-*/r-x/*"}})",
    R"({"StringEquals":{"aws:PrincipalAccount":"444455556666"}})",
    R"({"StringNotEquals":{"aws:PrincipalAccount":"444455556666"}})",
    R"({"NumericGreaterThan":{"aws:PrincipalAccount":"444455556666"}})",
    R"({"NumericNotEquals":{"aws:PrincipalAccount":"444455556666"}})",
    R"({"ForAllValues:StringEquals":{"aws:PrincipalAccount":"444455556666"}})",
    R"({"ArnLike":{"aws:PrincipalArn":"arn:*:iam::444455556666:role/*"}})",
    R"({"ArnNotLike":{"aws:PrincipalArn":"arn:*:iam::444455556666:role/*"}})",
    R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}})",
    R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:iam:${aws:PrincipalTag/shift}:444455556666:x"}})",
    R"({"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/${aws:PrincipalTag/own}"}})",
    R"({"StringLike":{"aws:PrincipalArn":"arn:*:iam::444455556666:role/r"}})",
    R"({"StringLike":{"aws:PrincipalArn":"arn:aws:iam::444455556666:*"}})",
    R"({"StringLike":{"aws:userid":"AROAINSIDE:*"}})",
    R"({"StringLike":{"aws:userid":"*:deploy"}})",
    R"({"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}})",
    R"({"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}})",
    R"({"IpAddressIfExists":{"aws:SourceIp":"203.0.113.0/24"}})",
    R"({"IpAddress":{"aws:SourceIp":["203.0.113.0/24","12.0.0.0/7"]}})",
    R"({"StringEquals":{"aws:SourceVpce":"vpce-1"}})",
    R"({"StringNotEquals":{"aws:SourceVpce":"vpce-1"}})",
    R"({"StringNotLike":{"aws:SourceVpce":"vpce-*"}})",
    R"({"Bool":{"aws:SecureTransport":"true"}})",
    R"({"StringNotEquals":{"aws:PrincipalTag/team":"red"}})",
});

/// Outsiders of each kind: which of the pinned keys that may be absent are there, and which role
/// they have. They choose the rest to their advantage.
std::vector<test::TableContext> Outsiders() {
  constexpr std::array<std::string_view, 2> kRoles{
      "arn:aws:iam::999988887777:role/admin",
      "arn:aws:iam::999988887777:role/:iam::444455556666:role/r"};
  std::vector<test::TableContext> outsiders;
  for (unsigned keys = 0; keys < 32; ++keys) {
    test::TableContext& outsider = outsiders.emplace_back();
    outsider.Set("aws:PrincipalAccount", "999988887777");
    outsider.Set("aws:PrincipalArn", std::string(kRoles[keys & 1U]));
    outsider.Set("aws:userid", "AROAOUTSIDE:deploy");
    outsider.Set("aws:PrincipalTag/own", "o-evil");
    outsider.Set("aws:PrincipalTag/shift", ":999988887777:role/");
    outsider.Set("aws:SecureTransport", "true");
    if ((keys & 2U) != 0) outsider.Set("aws:PrincipalOrgID", "o-evil");
    if ((keys & 4U) != 0) {
      outsider.Set("aws:PrincipalOrgPaths", std::vector<std::string>{"o-evil/r-x/ou-y/"});
    }
    if ((keys & 8U) != 0) outsider.Set("aws:SourceIp", "13.1.2.3");
    if ((keys & 16U) != 0) outsider.Set("aws:SourceVpce", "vpce-evil");
  }
  return outsiders;
}

std::string StatementWith(std::string_view effect, std::string_view condition) {
  return R"({"Effect":")" + std::string(effect) +
         R"(","Principal":"*","Action":"*","Resource":"*","Condition":)" + std::string(condition) +
         "}";
}

/// Says whether one of the outsiders may read the secret under a policy; each may do everything as
/// far as his own account is concerned.
class Door {
 public:
  [[nodiscard]] bool IsOpenUnder(const Document& policy) const {
    for (const test::TableContext& context : outsiders_) {
      const Request request{.principal = outsider_,
                            .action = action_,
                            .resource = secret_,
                            .resource_account = "111122223333",
                            .context = context};
      const Policies policies{.identity = own_, .session = std::nullopt, .resource = &policy};
      if (Decide(request, policies).is_allowed()) return true;
    }
    return false;
  }

 private:
  static std::shared_ptr<const Document> Everything() {
    return std::make_shared<const Document>(
        *Compile(R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})",
                 DocumentKind::kIdentity));
  }

  std::vector<test::TableContext> outsiders_ = Outsiders();
  std::vector<std::shared_ptr<const Document>> own_{Everything()};
  Principal outsider_{.kind = PrincipalKind::kUser,
                      .arn = "arn:aws:iam::999988887777:user/eve",
                      .account = "999988887777",
                      .unique_id = "AIDAOUTSIDE",
                      .parent_arn = {},
                      .parent_id = {}};
  Action action_{"secretsmanager:GetSecretValue"};
  Resource secret_{kSecret};
};

TEST(PublicAccessModelTest, WhateverLetsAnOutsiderInIsPublic) {
  const Door door;
  std::size_t open = 0;
  for (const std::string_view allowed : kConditions) {
    for (std::size_t i = 0; i < kConditions.size(); ++i) {
      for (std::size_t j = i; j < kConditions.size(); ++j) {
        const std::string_view denied = kConditions[i];
        const std::string_view also_denied = kConditions[j];
        std::string statements = StatementWith("Allow", allowed);
        if (i != 0) statements += "," + StatementWith("Deny", denied);
        if (j != 0) statements += "," + StatementWith("Deny", also_denied);
        const std::string text = R"({"Version":"2012-10-17","Statement":[)" + statements + "]}";
        const auto policy = Compile(text, DocumentKind::kResource);
        ASSERT_TRUE(policy) << text;

        const bool is_public = FindPublicGrant(*policy, kSecret).has_value();
        const bool is_open = door.IsOpenUnder(*policy);

        EXPECT_TRUE(is_public || !is_open) << text;
        if (is_open) ++open;
      }
    }
  }
  EXPECT_GT(open, 0U);
}

}  // namespace
}  // namespace coffer::policy
