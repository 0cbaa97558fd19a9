#include "policy/resource_policy.h"

#include "support/matchers.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::policy {
namespace {

using test::FailsWith;
using test::IsOk;

constexpr std::string_view kSyntax = "This resource policy contains a syntax error.";
constexpr std::string_view kPrincipal = "This resource policy contains an unsupported principal.";
constexpr std::string_view kService =
    "This resource policy contains an unsupported service principal.";

/// A policy of one statement with these members.
std::string Policy(std::string_view statement) {
  return R"({"Version":"2012-10-17","Statement":[{)" + std::string(statement) + "}]}";
}

std::string WithPrincipal(std::string_view principal) {
  return Policy(R"("Effect":"Allow","Action":"*","Resource":"*","Principal":)" +
                std::string(principal));
}

std::string WithAction(std::string_view action) {
  return Policy(R"("Effect":"Allow","Principal":"*","Resource":"*","Action":)" +
                std::string(action));
}

std::string WithCondition(std::string_view condition) {
  return Policy(R"("Effect":"Allow","Principal":"*","Resource":"*","Action":"*","Condition":)" +
                std::string(condition));
}

void ExpectAccepted(const std::vector<std::string>& documents) {
  for (const std::string& document : documents) {
    EXPECT_THAT(CheckResourcePolicy(document), IsOk()) << document;
  }
}

void ExpectRefused(const std::vector<std::string>& documents, std::string_view message) {
  for (const std::string& document : documents) {
    EXPECT_THAT(CheckResourcePolicy(document),
                FailsWith(ErrorCode::kMalformedPolicyDocument, std::string(message)))
        << document;
  }
}

const std::string kGood = R"("Effect":"Allow","Principal":"*","Action":"*","Resource":"*")";

TEST(CheckResourcePolicyTest, AcceptsDocumentsOfTheGrammar) {
  ExpectAccepted({
      Policy(kGood),
      R"({"Statement":{)" + kGood + "}}",
      R"({"Version":"2008-10-17","Id":"any id","Statement":[{)" + kGood + "}]}",
      " \n" + Policy(kGood) + "\n",
      Policy(kGood + R"(,"Sid":"with blanks and é")"),
      Policy(kGood + R"(,"Sid":"")"),
      Policy(kGood + "},{" + kGood),
      Policy(R"("Effect":"Deny","NotPrincipal":{"AWS":"123456789012"},"NotAction":"a:B",
                "NotResource":["arn:aws:secretsmanager:*:*:secret:x","y"])"),
  });
}

TEST(CheckResourcePolicyTest, RefusesOtherDocuments) {
  const std::string statement = "{" + kGood + "}";
  ExpectRefused(
      {
          "",
          "not json",
          "null",
          "[]",
          "{}",
          R"({"Version":"2012-10-17"})",
          R"({"Statement":[]})",
          R"({"Statement":null})",
          R"({"Statement":"x"})",
          R"({"Statement":[)" + statement + ",1]}",
          R"({"statement":)" + statement + "}",
          R"({"Version":"2012-10-18","Statement":)" + statement + "}",
          R"({"Version":20121017,"Statement":)" + statement + "}",
          R"({"Id":7,"Statement":)" + statement + "}",
          R"({"Statement":)" + statement + R"(,"Other":1})",
          R"({"Statement":)" + statement + R"(,"Statement":)" + statement + "}",
          Policy(kGood) + "x",
          Policy(kGood + R"(,"Other":1)"),
          Policy(kGood + R"(,"Sid":1)"),
          Policy(kGood + R"(,"Sid":"a\nb")"),
          Policy(kGood + R"(,"Sid":")" + std::string(129, 'a') + "\""),
          Policy(R"("Principal":"*","Action":"*","Resource":"*")"),
          Policy(R"("Effect":"allow","Principal":"*","Action":"*","Resource":"*")"),
          Policy(R"("Effect":["Allow"],"Principal":"*","Action":"*","Resource":"*")"),
          Policy(R"("Effect":"Allow","Action":"*","Resource":"*")"),
          Policy(R"("Effect":"Allow","Principal":"*","Resource":"*")"),
          Policy(R"("Effect":"Allow","Principal":"*","Action":"*")"),
          Policy(kGood + R"(,"NotPrincipal":"*")"),
          Policy(kGood + R"(,"NotAction":"*")"),
          Policy(kGood + R"(,"NotResource":"*")"),
          Policy(R"("Effect":"Allow","NotPrincipal":{"AWS":"123456789012"},"Action":"*",
                    "Resource":"*")"),
          Policy(R"("Effect":"Allow","Principal":"*","Action":"*","Resource":[])"),
          Policy(R"("Effect":"Allow","Principal":"*","Action":"*","Resource":"")"),
          Policy(R"("Effect":"Allow","Principal":"*","Action":"*","Resource":["*",1])"),
      },
      kSyntax);
}

TEST(CheckResourcePolicyTest, ChecksTheFormOfActions) {
  ExpectAccepted({WithAction(R"("*")"), WithAction(R"("secretsmanager:GetSecretValue")"),
                  WithAction(R"(["secretsmanager:Get*","kms:?ecrypt"])"),
                  WithAction(R"("unknown-service:Unknown")"), WithAction(R"("a:*")")});

  ExpectRefused({WithAction(R"("")"), WithAction("[]"), WithAction("1"), WithAction("{}"),
                 WithAction(R"("GetSecretValue")"), WithAction(R"("a:b:c")"), WithAction(R"(":b")"),
                 WithAction(R"("a:")"), WithAction(R"("*:*")"), WithAction(R"("a: b")"),
                 WithAction(R"(["*",null])")},
                kSyntax);
}

TEST(CheckResourcePolicyTest, ChecksTheFormOfPrincipals) {
  ExpectAccepted({
      WithPrincipal(R"("*")"),
      WithPrincipal(R"({"AWS":"*"})"),
      WithPrincipal(R"({"AWS":"123456789012"})"),
      WithPrincipal(R"({"AWS":"arn:aws:iam::123456789012:root"})"),
      WithPrincipal(R"({"AWS":"arn:aws-cn:iam::123456789012:user/alice"})"),
      WithPrincipal(R"({"AWS":"arn:aws:iam::123456789012:user/division/team/alice"})"),
      WithPrincipal(R"({"AWS":"arn:aws:iam::123456789012:role/service-role/app+x=y,z.@_-"})"),
      WithPrincipal(R"({"AWS":"arn:aws:sts::123456789012:assumed-role/app/session@1"})"),
      WithPrincipal(R"({"AWS":"arn:aws:sts::123456789012:federated-user/bob"})"),
      WithPrincipal(R"({"AWS":["AIDAJQABLZS4A3QDU576Q","AROAJQABLZS4A3QDU576Q"]})"),
      WithPrincipal(R"({"Service":"rds.amazonaws.com"})"),
      WithPrincipal(R"({"Service":["lambda.amazonaws.com","ec2.amazonaws.com.cn"],"AWS":"*"})"),
  });

  ExpectRefused(
      {WithPrincipal(R"("123456789012")"), WithPrincipal("{}"), WithPrincipal("[]"),
       WithPrincipal("null"), WithPrincipal(R"({"AWS":[]})"), WithPrincipal(R"({"AWS":1})"),
       WithPrincipal(R"({"Aws":"*"})"), WithPrincipal(R"({"AWS":{"x":"*"}})")},
      kSyntax);

  ExpectRefused(
      {
          WithPrincipal(R"({"AWS":""})"),
          WithPrincipal(R"({"AWS":"12345678901"})"),
          WithPrincipal(R"({"AWS":"alice"})"),
          WithPrincipal(R"({"AWS":"arn:aws:iam::123456789012:group/developers"})"),
          WithPrincipal(R"({"AWS":"arn:aws:iam::123456789012:user/*"})"),
          WithPrincipal(R"({"AWS":"arn:aws:iam::123456789012:role/app-*"})"),
          WithPrincipal(R"({"AWS":"arn:aws:iam::123456789012:role/*/app"})"),
          WithPrincipal(R"({"AWS":"arn:aws:iam::*:root"})"),
          WithPrincipal(R"({"AWS":"arn:aws:iam::123456789012:user/"})"),
          WithPrincipal(R"({"AWS":"arn:aws:iam::123456789012:user/path/"})"),
          WithPrincipal(R"({"AWS":"arn:aws:iam::123456789012:*"})"),
          WithPrincipal(R"({"AWS":"arn:aws:iam:us-east-1:123456789012:root"})"),
          WithPrincipal(R"({"AWS":"arn:aws:iam::123456789012"})"),
          WithPrincipal(R"({"AWS":"arn:aws:sts::123456789012:assumed-role/app"})"),
          WithPrincipal(R"({"AWS":"arn:aws:sts::123456789012:assumed-role/app/*"})"),
          WithPrincipal(R"({"AWS":"arn:aws:sts::123456789012:role/app"})"),
          WithPrincipal(R"({"AWS":"arn:other:iam::123456789012:root"})"),
          WithPrincipal(R"({"AWS":["*","arn:aws:s3:::bucket"]})"),
          WithPrincipal(R"({"Federated":"cognito-identity.amazonaws.com"})"),
          WithPrincipal(R"({"CanonicalUser":"79a59df900b949e55d96a1e698fbaced"})"),
      },
      kPrincipal);

  ExpectRefused({WithPrincipal(R"({"Service":"*"})"), WithPrincipal(R"({"Service":"rds"})"),
                 WithPrincipal(R"({"Service":".amazonaws.com"})"),
                 WithPrincipal(R"({"Service":"RDS.amazonaws.com"})"),
                 WithPrincipal(R"({"AWS":"*","Service":["rds.amazonaws.com","x.example.com"]})")},
                kService);
}

TEST(CheckResourcePolicyTest, ASyntaxErrorWinsOverAnUnsupportedPrincipal) {
  const std::string unsupported =
      R"("Effect":"Allow","Principal":{"AWS":"alice"},"Action":"*","Resource":"*")";

  ExpectRefused({Policy(unsupported + R"(},{"Effect":"Allow")")}, kSyntax);
}

TEST(CheckResourcePolicyTest, KnowsTheConditionOperators) {
  for (const std::string_view name : {"StringEquals",
                                      "StringNotEquals",
                                      "StringEqualsIgnoreCase",
                                      "StringNotEqualsIgnoreCase",
                                      "StringLike",
                                      "StringNotLike",
                                      "NumericEquals",
                                      "NumericNotEquals",
                                      "NumericLessThan",
                                      "NumericLessThanEquals",
                                      "NumericGreaterThan",
                                      "NumericGreaterThanEquals",
                                      "DateEquals",
                                      "DateNotEquals",
                                      "DateLessThan",
                                      "DateLessThanEquals",
                                      "DateGreaterThan",
                                      "DateGreaterThanEquals",
                                      "Bool",
                                      "BinaryEquals",
                                      "IpAddress",
                                      "NotIpAddress",
                                      "ArnEquals",
                                      "ArnLike",
                                      "ArnNotEquals",
                                      "ArnNotLike"}) {
    const std::string keys = R"(":{"aws:PrincipalTag/Team":"x"}})";
    ExpectAccepted({WithCondition("{\"" + std::string(name) + keys),
                    WithCondition("{\"" + std::string(name) + "IfExists" + keys),
                    WithCondition("{\"ForAllValues:" + std::string(name) + keys),
                    WithCondition("{\"ForAnyValue:" + std::string(name) + "IfExists" + keys)});
  }
}

TEST(CheckResourcePolicyTest, ChecksTheFormOfConditions) {
  ExpectAccepted({
      WithCondition("{}"),
      WithCondition(R"({"Null":{"aws:TokenIssueTime":"true"}})"),
      WithCondition(R"({"stringequals":{"a":"b"},"BOOL":{"aws:SecureTransport":false}})"),
      WithCondition(R"({"StringEquals":{"a":["b",1,2.5,true],"c":[]}})"),
      WithCondition(R"({"StringEquals":{}})"),
  });

  ExpectRefused(
      {
          WithCondition("null"),
          WithCondition("[]"),
          WithCondition(R"({"StringMatches":{"a":"b"}})"),
          WithCondition(R"({"":{"a":"b"}})"),
          WithCondition(R"({"IfExists":{"a":"b"}})"),
          WithCondition(R"({"NullIfExists":{"a":"true"}})"),
          WithCondition(R"({"ForSomeValues:StringEquals":{"a":"b"}})"),
          WithCondition(R"({"ForAllValues:ForAnyValue:StringEquals":{"a":"b"}})"),
          WithCondition(R"({"StringEquals":"a"})"),
          WithCondition(R"({"StringEquals":["a"]})"),
          WithCondition(R"({"StringEquals":{"a":null}})"),
          WithCondition(R"({"StringEquals":{"a":{"b":"c"}}})"),
          WithCondition(R"({"StringEquals":{"a":[["b"]]}})"),
          WithCondition(R"({"StringEquals":{"":"b"}})"),
      },
      kSyntax);
}

TEST(CheckResourcePolicyTest, AcceptsAsManyValuesAsThePolicyCanHold) {
  std::string values = "0";
  for (int i = 0; i < 10'000; ++i) values += ",0";

  ExpectAccepted({WithCondition(R"({"NumericEquals":{"a":[)" + values + "]}}")});
}

}  // namespace
}  // namespace coffer::policy
