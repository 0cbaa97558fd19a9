#include "policy/public_access.h"

#include "policy/resource_policy.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

namespace coffer::policy {
namespace {

constexpr std::string_view kSecret =
    "arn:aws:secretsmanager:us-east-1:111122223333:secret:app/db-a1B2c3";

std::string Document(const std::string& statements) {
  return R"({"Version":"2012-10-17","Statement":[)" + statements + "]}";
}

/// A statement about everybody, GetSecretValue and `*`, but for the members given.
struct Rule {
  std::string condition = {};  ///< What stands between the braces of Condition.
  std::string principal = R"("*")";
  std::string action = R"("secretsmanager:GetSecretValue")";
  std::string resource = R"("*")";

  [[nodiscard]] std::string With(const std::string& effect) const {
    return R"({"Effect":")" + effect + R"(","Principal":)" + principal + R"(,"Action":)" + action +
           R"(,"Resource":)" + resource + R"(,"Condition":{)" + condition + "}}";
  }
};

std::string Allow(const Rule& rule = {}) { return rule.With("Allow"); }
std::string AllowIf(const std::string& condition) { return Allow({.condition = condition}); }
std::string Deny(const Rule& rule = {}) { return rule.With("Deny"); }
std::string DenyIf(const std::string& condition) { return Deny({.condition = condition}); }

/// One operator with one key, as a member of Condition.
std::string If(const std::string& comparison, const std::string& key, const std::string& values) {
  return '"' + comparison + R"(":{")" + key + "\":" + values + "}";
}

struct PublicCase {
  std::string title;
  std::string statements;
  bool is_public;
};

void PrintTo(const PublicCase& shown, std::ostream* out) { *out << shown.title; }

class PublicAccessTest : public testing::TestWithParam<PublicCase> {};

TEST_P(PublicAccessTest, OutsidersGetInOrNot) {
  const PublicCase& tested = GetParam();
  const std::string document = Document(tested.statements);

  ASSERT_TRUE(Compile(document, DocumentKind::kResource)) << document;
  EXPECT_EQ(IsPublic(document, kSecret), tested.is_public) << document;
}

constexpr bool kPublic = true;
constexpr bool kClosed = false;

INSTANTIATE_TEST_SUITE_P(
    Principals, PublicAccessTest,
    testing::Values(
        PublicCase{"everybody", Allow(), kPublic},
        PublicCase{"everybody under AWS", Allow({.principal = R"({"AWS":"*"})"}), kPublic},
        PublicCase{"everybody in a list", Allow({.principal = R"({"AWS":["444455556666","*"]})"}),
                   kPublic},
        PublicCase{"an account", Allow({.principal = R"({"AWS":"444455556666"})"}), kClosed},
        PublicCase{"a role", Allow({.principal = R"({"AWS":"arn:aws:iam::444455556666:role/r"})"}),
                   kClosed},
        PublicCase{"a user", Allow({.principal = R"({"AWS":"arn:aws:iam::444455556666:user/u"})"}),
                   kClosed},
        PublicCase{"a service", Allow({.principal = R"({"Service":"ecs.amazonaws.com"})"}),
                   kClosed},
        PublicCase{"everybody federated, which nobody here is",
                   Allow({.principal = R"({"Federated":"*"})"}), kClosed},
        PublicCase{"a Deny alone", Deny(), kClosed}));

INSTANTIATE_TEST_SUITE_P(
    Organizations, PublicAccessTest,
    testing::Values(
        PublicCase{"an organization",
                   AllowIf(If("StringEquals", "aws:PrincipalOrgID", R"("o-a1b2")")), kClosed},
        PublicCase{"its key in another letter case",
                   AllowIf(If("stringequals", "AWS:principalorgid", R"("o-a1b2")")), kClosed},
        PublicCase{"any organization", AllowIf(If("StringLike", "aws:PrincipalOrgID", R"("*")")),
                   kPublic},
        PublicCase{"one of several is any",
                   AllowIf(If("StringLike", "aws:PrincipalOrgID", R"(["o-a1b2","o-*"])")), kPublic},
        PublicCase{"a star that is none",
                   AllowIf(If("StringEquals", "aws:PrincipalOrgID", R"("*")")), kClosed},
        PublicCase{"an organization that the caller names",
                   AllowIf(If("StringEquals", "aws:PrincipalOrgID", R"("${aws:PrincipalTag/o}")")),
                   kPublic},
        PublicCase{"an organization if there is one",
                   AllowIf(If("StringEqualsIfExists", "aws:PrincipalOrgID", R"("o-a1b2")")),
                   kPublic},
        PublicCase{"an organization if there is one, and there is",
                   AllowIf(If("StringEqualsIfExists", "aws:PrincipalOrgID", R"("o-a1b2")") + "," +
                           If("Null", "aws:PrincipalOrgID", R"("false")")),
                   kClosed},
        PublicCase{"that another key is there does not help",
                   AllowIf(If("StringEqualsIfExists", "aws:PrincipalOrgID", R"("o-a1b2")") + "," +
                           If("Null", "aws:PrincipalOrgPaths", "false")),
                   kPublic},
        PublicCase{"an organization if there is one, and callers without are denied",
                   AllowIf(If("StringEqualsIfExists", "aws:PrincipalOrgID", R"("o-a1b2")")) + "," +
                       DenyIf(If("Null", "aws:PrincipalOrgID", "true")),
                   kClosed},
        PublicCase{"callers without organization",
                   AllowIf(If("Null", "aws:PrincipalOrgID", R"("true")")), kPublic},
        PublicCase{
            "all of no paths",
            AllowIf(If("ForAllValues:StringLike", "aws:PrincipalOrgPaths", R"("o-a/r-b/*")")),
            kPublic},
        PublicCase{"some path",
                   AllowIf(If("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", R"("o-a/r-b/*")")),
                   kClosed},
        PublicCase{"some path of any organization",
                   AllowIf(If("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", R"("o-*/r-b/*")")),
                   kPublic}));

INSTANTIATE_TEST_SUITE_P(
    Callers, PublicAccessTest,
    testing::Values(
        PublicCase{"an account",
                   AllowIf(If("StringEquals", "aws:PrincipalAccount", R"("444455556666")")),
                   kClosed},
        PublicCase{"an account as a number",
                   AllowIf(If("NumericEquals", "aws:PrincipalAccount", "444455556666")), kClosed},
        PublicCase{"accounts up to a number",
                   AllowIf(If("NumericLessThan", "aws:PrincipalAccount", "444455556666")), kPublic},
        PublicCase{"all accounts but one",
                   AllowIf(If("StringNotEquals", "aws:PrincipalAccount", R"("444455556666")")),
                   kPublic},
        PublicCase{"an account if there is one, as there always is",
                   AllowIf(If("StringEqualsIfExists", "aws:PrincipalAccount", R"("444455556666")")),
                   kClosed},
        PublicCase{"callers without account",
                   AllowIf(If("Null", "aws:PrincipalAccount", R"("true")")), kClosed},
        PublicCase{
            "roles of an account",
            AllowIf(If("ArnLike", "aws:PrincipalArn", R"("arn:aws:iam::444455556666:role/app-*")")),
            kClosed},
        PublicCase{
            "roles of an account in any partition",
            AllowIf(If("ArnLike", "aws:PrincipalArn", R"("arn:*:iam::444455556666:role/r")")),
            kClosed},
        PublicCase{
            "the same as text, where a star takes colons",
            AllowIf(If("StringLike", "aws:PrincipalArn", R"("arn:*:iam::444455556666:role/r")")),
            kPublic},
        PublicCase{
            "roles of an account as text",
            AllowIf(If("StringLike", "aws:PrincipalArn", R"("arn:aws:iam::444455556666:role/*")")),
            kClosed},
        PublicCase{"a role of any account",
                   AllowIf(If("ArnLike", "aws:PrincipalArn", R"("arn:aws:iam::*:role/admin")")),
                   kPublic},
        PublicCase{
            "a role of an account but for a digit",
            AllowIf(If("ArnLike", "aws:PrincipalArn", R"("arn:aws:iam::44445555666?:role/r")")),
            kPublic},
        PublicCase{"any ARN", AllowIf(If("ArnLike", "aws:PrincipalArn", R"("*")")), kPublic},
        PublicCase{"the caller's own name in an account",
                   AllowIf(If("ArnLike", "aws:PrincipalArn",
                              R"("arn:aws:iam::444455556666:user/${aws:username}")")),
                   kClosed},
        PublicCase{"a variable that may bring colons",
                   AllowIf(If("ArnLike", "aws:PrincipalArn",
                              R"("arn:aws:iam:${aws:PrincipalTag/x}:444455556666:role/r")")),
                   kPublic},
        PublicCase{"sessions of a role",
                   AllowIf(If("StringLike", "aws:userid", R"("AROAEXAMPLEID:*")")), kClosed},
        PublicCase{"sessions of this name",
                   AllowIf(If("StringLike", "aws:userid", R"("*:deploy")")), kPublic}));

INSTANTIATE_TEST_SUITE_P(
    Networks, PublicAccessTest,
    testing::Values(
        PublicCase{"an endpoint", AllowIf(If("StringEquals", "aws:sourceVpce", R"("vpce-1a2b")")),
                   kClosed},
        PublicCase{"a network", AllowIf(If("StringEquals", "aws:sourceVpc", R"("vpc-1a2b")")),
                   kClosed},
        PublicCase{"any endpoint", AllowIf(If("StringLike", "aws:sourceVpce", R"("vpce-*")")),
                   kPublic},
        PublicCase{"a range", AllowIf(If("IpAddress", "aws:SourceIp", R"("203.0.113.0/24")")),
                   kClosed},
        PublicCase{"an address", AllowIf(If("IpAddress", "aws:SourceIp", R"("203.0.113.1")")),
                   kClosed},
        PublicCase{"every address", AllowIf(If("IpAddress", "aws:SourceIp", R"("0.0.0.0/0")")),
                   kPublic},
        PublicCase{"a /7", AllowIf(If("IpAddress", "aws:SourceIp", R"("12.0.0.0/7")")), kPublic},
        PublicCase{"a /8", AllowIf(If("IpAddress", "aws:SourceIp", R"("10.0.0.0/8")")), kClosed},
        PublicCase{"a list with every address",
                   AllowIf(If("IpAddress", "aws:SourceIp", R"(["203.0.113.0/24","0.0.0.0/0"])")),
                   kPublic},
        PublicCase{"a /31 of IPv6", AllowIf(If("IpAddress", "aws:SourceIp", R"("2001:db8::/31")")),
                   kPublic},
        PublicCase{"a /32 of IPv6", AllowIf(If("IpAddress", "aws:SourceIp", R"("2001:db8::/32")")),
                   kClosed},
        PublicCase{"what is no range", AllowIf(If("IpAddress", "aws:SourceIp", R"("here")")),
                   kClosed},
        PublicCase{"everywhere but a range",
                   AllowIf(If("NotIpAddress", "aws:SourceIp", R"("203.0.113.0/24")")), kPublic},
        PublicCase{"a caller's resource",
                   AllowIf(If("ArnEquals", "aws:SourceArn", R"("arn:aws:s3:::bucket")")), kClosed},
        PublicCase{"a resource in any account",
                   AllowIf(If("ArnLike", "aws:SourceArn", R"("arn:aws:sns:us-east-1:*:topic")")),
                   kPublic},
        PublicCase{"a caller's resource's account",
                   AllowIf(If("StringEquals", "aws:SourceAccount", R"("444455556666")")),
                   kClosed}));

INSTANTIATE_TEST_SUITE_P(
    WhatTheCallerChooses, PublicAccessTest,
    testing::Values(
        PublicCase{"TLS", AllowIf(If("Bool", "aws:SecureTransport", "true")), kPublic},
        PublicCase{"a tag of the secret",
                   AllowIf(If("StringEquals", "aws:ResourceTag/team", R"("red")")), kPublic},
        PublicCase{"a tag of the caller",
                   AllowIf(If("StringEquals", "aws:PrincipalTag/team", R"("red")")), kPublic},
        PublicCase{"a time", AllowIf(If("DateLessThan", "aws:CurrentTime", R"("2030-01-01")")),
                   kPublic},
        PublicCase{"a key that nobody knows",
                   AllowIf(If("StringEquals", "aws:NoSuchKey", R"("x")")), kPublic},
        PublicCase{"a choice and an organization",
                   AllowIf(If("Bool", "aws:SecureTransport", "true") + "," +
                           If("StringEquals", "aws:PrincipalOrgID", R"("o-a1b2")")),
                   kClosed}));

std::string ForeignOrganization() {
  return If("StringNotEquals", "aws:PrincipalOrgID", R"("o-a1b2")");
}

INSTANTIATE_TEST_SUITE_P(
    Denials, PublicAccessTest,
    testing::Values(
        PublicCase{"other organizations", Allow() + "," + DenyIf(ForeignOrganization()), kClosed},
        PublicCase{"the Deny first", DenyIf(ForeignOrganization()) + "," + Allow(), kClosed},
        PublicCase{"of another action",
                   Allow() + "," +
                       Deny({.condition = ForeignOrganization(),
                             .action = R"("secretsmanager:DeleteSecret")"}),
                   kPublic},
        PublicCase{"of one action of several",
                   Allow({.action = R"("secretsmanager:*")"}) + "," + DenyIf(ForeignOrganization()),
                   kPublic},
        PublicCase{"two Denies, each of one action",
                   Allow({.action = R"(["secretsmanager:GetSecretValue",
                                        "secretsmanager:DeleteSecret"])"}) +
                       "," + DenyIf(ForeignOrganization()) + "," +
                       Deny({.action = R"("secretsmanager:Delete*")"}),
                   kClosed},
        PublicCase{"on another secret",
                   Allow() + "," +
                       Deny({.resource = R"("arn:aws:secretsmanager:*:*:secret:other-??????")"}),
                   kPublic},
        PublicCase{"on secrets that the caller names",
                   Allow() + "," +
                       Deny({.resource = R"("arn:aws:secretsmanager:*:*:secret:)"
                                         R"(${aws:PrincipalTag/app, 'app'}/*")"}),
                   kPublic},
        PublicCase{"only for TLS",
                   Allow() + "," + DenyIf(If("Bool", "aws:SecureTransport", "false")), kPublic},
        PublicCase{
            "other organizations, over TLS",
            Allow() + "," +
                DenyIf(ForeignOrganization() + "," + If("Bool", "aws:SecureTransport", "true")),
            kPublic},
        PublicCase{
            "other paths, but nobody without one",
            Allow() + "," +
                DenyIf(If("ForAnyValue:StringNotLike", "aws:PrincipalOrgPaths", R"("o-a/*")")),
            kPublic},
        PublicCase{
            "other paths without a set operator",
            Allow() + "," + DenyIf(If("StringNotLike", "aws:PrincipalOrgPaths", R"("o-a/*")")),
            kPublic},
        PublicCase{
            "other addresses",
            Allow() + "," + DenyIf(If("NotIpAddress", "aws:SourceIp", R"("203.0.113.0/24")")),
            kClosed},
        PublicCase{"of an account",
                   Allow() + "," + Deny({.principal = R"({"AWS":"444455556666"})"}), kPublic},
        PublicCase{"of everybody but an account",
                   Allow() + R"(,{"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},)"
                             R"("Action":"*","Resource":"*"})",
                   kClosed},
        PublicCase{"of everybody but everybody",
                   Allow() + R"(,{"Effect":"Deny","NotPrincipal":{"AWS":"*"},)"
                             R"("Action":"*","Resource":"*"})",
                   kPublic}));

INSTANTIATE_TEST_SUITE_P(
    ActionsAndResources, PublicAccessTest,
    testing::Values(
        PublicCase{"every action", Allow({.action = R"("*")"}), kPublic},
        PublicCase{"actions of S3", Allow({.action = R"("s3:*")"}), kClosed},
        PublicCase{"actions that are about an account",
                   Allow({.action = R"(["secretsmanager:ListSecrets",
                                        "secretsmanager:CreateSecret"])"}),
                   kClosed},
        PublicCase{"all actions but those of S3",
                   R"({"Effect":"Allow","Principal":"*","NotAction":"s3:*","Resource":"*"})",
                   kPublic},
        PublicCase{"this secret", Allow({.resource = '"' + std::string(kSecret) + '"'}), kPublic},
        PublicCase{"secrets like this",
                   Allow({.resource = R"("arn:aws:secretsmanager:*:*:secret:app/*")"}), kPublic},
        PublicCase{"secrets that the caller names",
                   Allow({.resource = R"("arn:aws:secretsmanager:*:*:secret:${aws:username}/*")"}),
                   kPublic},
        PublicCase{"another secret",
                   Allow({.resource = R"("arn:aws:secretsmanager:us-east-1:111122223333:)"
                                      R"(secret:other-a1B2c3")"}),
                   kClosed},
        PublicCase{"its name", Allow({.resource = R"("app/db")"}), kClosed},
        PublicCase{"everything but another secret",
                   R"({"Effect":"Allow","Principal":"*","Action":"*",)"
                   R"("NotResource":"arn:aws:secretsmanager:*:*:secret:other-*"})",
                   kPublic},
        PublicCase{"everything but this secret",
                   R"({"Effect":"Allow","Principal":"*","Action":"*",)"
                   R"("NotResource":"arn:aws:secretsmanager:*:*:secret:app/*"})",
                   kClosed}));

TEST(FindPublicGrantTest, NamesTheFirstStatementThatOpensAndWhatItOpens) {
  const auto policy =
      Compile(Document(Allow({.principal = R"({"AWS":"444455556666"})"}) + "," +
                       Allow({.action = R"(["secretsmanager:Delete*",
                                            "secretsmanager:PutSecretValue"])"}) +
                       "," + Allow() + "," + Deny({.action = R"("secretsmanager:Delete*")"})),
              DocumentKind::kResource);
  ASSERT_TRUE(policy);

  const auto grant = FindPublicGrant(*policy, kSecret);

  ASSERT_TRUE(grant.has_value());
  EXPECT_EQ(grant->statement, 1U);
  EXPECT_EQ(grant->action, "secretsmanager:PutSecretValue");
}

struct UnknownSecretCase {
  std::string statements;
  bool is_public;
};

TEST(FindPublicGrantTest, WithoutASecretAnySecretWillDo) {
  const std::string secret = R"("arn:aws:secretsmanager:*:*:secret:app/*")";
  const std::vector<UnknownSecretCase> cases{
      {Allow(), kPublic},
      {Allow({.resource = secret}), kPublic},
      {Allow({.resource = R"("arn:aws:s3:::bucket")"}), kClosed},
      {R"({"Effect":"Allow","Principal":"*","Action":"*","NotResource":"*"})", kClosed},
      {Allow() + "," + Deny(), kClosed},
      {Allow() + "," + Deny({.resource = secret}), kPublic},
      {Allow() + R"(,{"Effect":"Deny","Principal":"*","Action":"*","NotResource":)" + secret + "}",
       kPublic},
  };
  for (const UnknownSecretCase& tested : cases) {
    const auto policy = Compile(Document(tested.statements), DocumentKind::kResource);
    ASSERT_TRUE(policy) << tested.statements;
    EXPECT_EQ(FindPublicGrant(*policy, std::nullopt).has_value(), tested.is_public)
        << tested.statements;
  }
}

TEST(IsPublicTest, WhatCannotBeReadIsPublic) {
  EXPECT_TRUE(IsPublic("not a policy", kSecret));
  EXPECT_TRUE(IsPublic(Document(""), kSecret));
}

TEST(IsPublicTest, TheLargestPoliciesAreReadLikeAnyOther) {
  constexpr std::size_t kLargestPolicy = 20'480;
  const std::string account = R"({"AWS":"111111111111"})";
  std::string actions = R"("*")";
  for (int i = 1; i < 5'000; ++i) actions += R"(,"*")";
  const std::string many_values =
      Document(Allow({.principal = account, .action = "[" + actions + "]"}));
  const std::string long_key = Document(Allow(
      {.condition = If("StringEquals", std::string(20'000, 'k'), R"("v")"), .principal = account}));

  for (const std::string& document : {many_values, long_key}) {
    ASSERT_LE(document.size(), kLargestPolicy);
    ASSERT_TRUE(CheckResourcePolicy(document).has_value());
    EXPECT_FALSE(IsPublic(document, kSecret));
  }
}

}  // namespace
}  // namespace coffer::policy
