#include "policy/findings.h"

#include "policy/condition_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::policy {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::string_view kSecret =
    "arn:aws:secretsmanager:us-east-1:111122223333:secret:app/db-a1B2c3";

/// `name` with a value, as a member of a statement that has nothing to be said about otherwise.
std::string PolicyWith(std::string_view name, std::string_view value) {
  std::string members;
  const auto add = [&](std::string_view member, std::string_view usual) {
    members += R"(,")" + std::string(member) + R"(":)";
    members += member == name ? value : usual;
  };
  add("Principal", R"({"AWS":"444455556666"})");
  if (name == "NotAction") {
    add("NotAction", value);
  } else {
    add("Action", R"("secretsmanager:GetSecretValue")");
  }
  add("Resource", R"("*")");
  add("Condition", "{}");
  return R"({"Version":"2012-10-17","Statement":{"Effect":"Allow")" + members + "}}";
}

struct FindingCase {
  std::string_view member;
  std::string value;
  std::string_view check;  ///< Empty: nothing is found.
  Severity severity = Severity::kWarning;
  std::string_view hint{};  ///< What the message holds.
};

void PrintTo(const FindingCase& shown, std::ostream* out) {
  *out << shown.member << " " << shown.value;
}

class FindingsTest : public testing::TestWithParam<FindingCase> {};

TEST_P(FindingsTest, OneMemberOfOneStatement) {
  const FindingCase& tested = GetParam();

  const std::vector<Finding> findings =
      Examine(PolicyWith(tested.member, tested.value), std::string(kSecret));

  if (tested.check.empty()) {
    for (const Finding& finding : findings) ADD_FAILURE() << finding.message;
    return;
  }
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].check, tested.check);
  EXPECT_EQ(findings[0].severity, tested.severity);
  EXPECT_THAT(findings[0].message,
              AllOf(StartsWith("Statement 1: "), HasSubstr(std::string(tested.hint))));
}

constexpr Severity kError = Severity::kError;
constexpr Severity kWarning = Severity::kWarning;

INSTANTIATE_TEST_SUITE_P(
    Principals, FindingsTest,
    testing::Values(FindingCase{"Principal",
                                R"({"AWS":["arn:aws:iam::444455556666:root","444455556666"]})", ""},
                    FindingCase{"Principal", R"({"Service":"rds.amazonaws.com"})", ""},
                    FindingCase{"Principal", R"({"AWS":"arn:aws:iam::444455556666:group/g"})",
                                checks::kPrincipal, kError,
                                "\"arn:aws:iam::444455556666:group/g\""},
                    FindingCase{"Principal",
                                R"({"AWS":["444455556666","arn:aws:iam::444455556666:role/r*"]})",
                                checks::kPrincipal, kError, "role/r*"},
                    FindingCase{"Principal", R"({"Service":"rds"})", checks::kPrincipal, kError,
                                "rds.amazonaws.com"},
                    FindingCase{"Principal", R"({"Federated":"accounts.google.com"})",
                                checks::kPrincipal, kError, "Federated"}));

INSTANTIATE_TEST_SUITE_P(
    Actions, FindingsTest,
    testing::Values(
        FindingCase{"Action", R"("*")", ""}, FindingCase{"Action", R"("secretsmanager:*")", ""},
        FindingCase{"Action", R"("SecretsManager:getsecret*")", ""},
        FindingCase{"Action", R"("secretsmanager:GetSecret")", checks::kAction, kWarning,
                    "spelling"},
        FindingCase{"Action", R"(["secretsmanager:GetSecretValue","secretsmanager:Fetch*"])",
                    checks::kAction, kWarning, "\"secretsmanager:Fetch*\""},
        FindingCase{"Action", R"("s3:GetObject")", checks::kAction, kWarning, "secretsmanager"},
        FindingCase{"Action", R"("kms:Decrypt")", checks::kAction, kWarning, "secretsmanager"},
        FindingCase{"Action", R"("secretsmanager:ListSecrets")", checks::kAction, kWarning,
                    "identity policy"},
        FindingCase{"NotAction", R"("secretsmanager:DeleteSecret")", ""},
        FindingCase{"NotAction", R"("s3:*")", ""},
        FindingCase{"NotAction", R"("secretsmanager:RemoveSecret")", checks::kAction, kWarning,
                    "leaves out nothing"}));

INSTANTIATE_TEST_SUITE_P(
    Resources, FindingsTest,
    testing::Values(
        FindingCase{"Resource", R"("*")", ""},
        FindingCase{"Resource", '"' + std::string(kSecret) + '"', ""},
        FindingCase{"Resource", R"("arn:aws:secretsmanager:*:*:secret:app/*")", ""},
        FindingCase{"Resource", R"("arn:aws:secretsmanager:*:*:secret:${aws:username}/*")", ""},
        FindingCase{"Resource", R"("app/db")", checks::kResource, kWarning, "this secret"},
        FindingCase{"Resource", R"("arn:aws:secretsmanager:us-east-1:111122223333:secret:app/db")",
                    checks::kResource, kWarning, "whole ARN"},
        FindingCase{"Resource", R"(["*","arn:aws:s3:::bucket"])", checks::kResource, kWarning,
                    "arn:aws:s3:::bucket"},
        FindingCase{"Resource", '"' + std::string(5'000, 'x') + '"', checks::kResource, kWarning,
                    "xxx…\""}));

INSTANTIATE_TEST_SUITE_P(
    Conditions, FindingsTest,
    testing::Values(
        FindingCase{"Condition", R"({"StringEquals":{"secretsmanager:VersionStage":"AWSCURRENT"}})",
                    ""},
        FindingCase{"Condition", R"({"StringLike":{"AWS:PrincipalTag/Team":"r*"}})", ""},
        FindingCase{"Condition", R"({"StringLike":{"aws:PrincipalArn":"*"}})", ""},
        FindingCase{"Condition", R"({"Null":{"aws:PrincipalOrgPaths":"true"}})", ""},
        FindingCase{"Condition", R"({"NumericLessThan":{"aws:EpochTime":"1"}})", ""},
        FindingCase{"Condition", R"({"StringEquals":{"aws:PrincipalOrg":"o-a"}})",
                    checks::kConditionKey, kWarning, "\"aws:PrincipalOrg\""},
        FindingCase{"Condition", R"({"StringEquals":{"aws:PrincipalTag":"o-a"}})",
                    checks::kConditionKey, kWarning, "spelling"},
        FindingCase{"Condition", R"({"StringEquals":{"kms:CallerAccount":"444455556666"}})",
                    checks::kConditionKey, kWarning, "kms:CallerAccount"},
        FindingCase{"Condition", R"({"NumericEquals":{"aws:PrincipalArn":"1"}})",
                    checks::kConditionOperator, kWarning, "ArnLike"},
        FindingCase{"Condition", R"({"StringEquals":{"aws:SourceIp":"203.0.113.1"}})",
                    checks::kConditionOperator, kWarning, "IpAddress"},
        FindingCase{"Condition", R"({"StringEquals":{"aws:SecureTransport":"true"}})",
                    checks::kConditionOperator, kWarning, "use Bool"},
        FindingCase{"Condition", R"({"BinaryEquals":{"aws:username":"YQ=="}})",
                    checks::kConditionOperator, kWarning, "StringEquals"},
        FindingCase{"Condition", R"({"StringEquals":{"aws:TagKeys":"team"}})",
                    checks::kConditionOperator, kWarning, "ForAnyValue:"},
        FindingCase{"Condition", R"({"ForAllValues:StringEquals":{"aws:TagKeys":"team"}})", ""}));

struct SyntaxCase {
  std::string text;
  std::string message;
};

TEST(ExamineTest, ASyntaxErrorIsToldByLineAndColumn) {
  const std::vector<SyntaxCase> cases{
      {"", "Line 1, column 1: "},
      {"[]", "Line 1, column 1: a policy is a JSON object."},
      {"{\n  \"Statement\": {\n    \"Effect\": \"Permit\"\n  }\n}",
       "Line 3, column 15: Effect is Allow or Deny."},
      {"{\r\n\"Id\":\"\u00e4\u00f6\", \"Version\":\"2012\"}",
       "Line 2, column 22: Version is 2012-10-17 or 2008-10-17."},
  };
  for (const SyntaxCase& tested : cases) {
    const std::vector<Finding> findings = Examine(tested.text, std::nullopt);

    ASSERT_EQ(findings.size(), 1U) << tested.text;
    EXPECT_EQ(findings[0].check, checks::kSyntax);
    EXPECT_EQ(findings[0].severity, Severity::kError);
    EXPECT_THAT(findings[0].message, StartsWith(tested.message));
  }
}

constexpr std::string_view kSeveral = R"({"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"s3:*","Resource":"*"},
  {"Sid":"Wide open","Effect":"Allow","Principal":"*","Action":"secretsmanager:Get*",
   "Resource":"arn:aws:secretsmanager:*:*:secret:app/*"}]})";

TEST(ExamineTest, PublicAccessComesFirstAndNamesItsStatement) {
  const std::vector<Finding> findings = Examine(kSeveral, kSecret);

  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].check, "BlockPublicPolicyCheck");
  EXPECT_EQ(findings[0].severity, Severity::kError);
  EXPECT_EQ(findings[0].message,
            "You can't attach a resource-based policy that allows broad access to the secret. "
            "Statement 2 (Wide open) lets anyone do secretsmanager:GetResourcePolicy: name "
            "accounts, users or roles as Principal, or add a condition on who they are, such as "
            "StringEquals aws:PrincipalOrgID.");
  EXPECT_EQ(findings[1].check, checks::kAction);
}

TEST(ExamineTest, WithoutASecretItMayBeAnyOne) {
  EXPECT_EQ(Examine(kSeveral, std::nullopt).size(), 2U);
  EXPECT_EQ(Examine(PolicyWith("Resource", R"("arn:aws:s3:::bucket")"), std::nullopt).size(), 1U);
}

TEST(ExamineTest, ADocumentOfTheOlderVersionHasNoVariables) {
  const std::string resource = R"("arn:aws:secretsmanager:*:*:secret:${aws:username}")";
  std::string policy = PolicyWith("Resource", resource);
  ASSERT_THAT(Examine(policy, kSecret), IsEmpty());

  policy.replace(policy.find("2012-10-17"), 10, "2008-10-17");

  EXPECT_EQ(Examine(policy, kSecret).size(), 1U);
}

TEST(FindConditionKeyTest, TagsHaveAnyName) {
  ASSERT_NE(FindConditionKey(ContextKey("secretsmanager:ResourceTag/a/b")), nullptr);
  EXPECT_EQ(FindConditionKey(ContextKey("secretsmanager:resource/Type"))->name,
            "secretsmanager:resource/type");
  EXPECT_EQ(FindConditionKey(ContextKey("secretsmanager:resource/Other")), nullptr);
}

}  // namespace
}  // namespace coffer::policy
