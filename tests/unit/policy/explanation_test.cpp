#include "policy/explanation.h"

#include "support/policy_cases.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::policy {
namespace {

constexpr std::string_view kSecret =
    "arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AbCdEf";

using Compiled = std::shared_ptr<const Document>;

Compiled CompileAs(std::string name, std::string_view text, DocumentKind kind) {
  auto document = Compile(text, kind);
  if (!document) throw std::invalid_argument(std::string(text));
  document->name = std::move(name);
  return std::make_shared<const Document>(*std::move(document));
}

Compiled IdentityPolicy(std::string name, const std::string& statements) {
  return CompileAs(std::move(name), R"({"Version":"2012-10-17","Statement":[)" + statements + "]}",
                   DocumentKind::kIdentity);
}

Policies Only(Documents identity) {
  return {.identity = identity, .boundary = nullptr, .session = {}, .resource = nullptr};
}

/// alice reads kSecret, whose team is "red", from an address that is not told.
class ExplanationTest : public testing::Test {
 protected:
  ExplanationTest() { context_.Set("aws:ResourceTag/team", "red"); }

  [[nodiscard]] Explanation Explained(const Policies& policies) const {
    const Request request{.principal = alice_,
                          .action = action_,
                          .resource = resource_,
                          .resource_account = "111122223333",
                          .context = context_};
    return Explain(request, policies, Decide(request, policies));
  }

 private:
  Principal alice_{.kind = PrincipalKind::kUser,
                   .arn = "arn:aws:iam::111122223333:user/alice",
                   .account = "111122223333",
                   .unique_id = "AIDAALICE",
                   .parent_arn = {},
                   .parent_id = {}};
  Action action_{"secretsmanager:GetSecretValue"};
  Resource resource_{kSecret};
  test::TableContext context_;
};

TEST_F(ExplanationTest, NamesWhatDecidedOrWhatWasNearestToAllow) {
  const std::string allow = R"({"Effect":"Allow","Action":"*","Resource":"*"})";
  const std::string allow_blue =
      R"({"Sid":"Blue","Effect":"Allow","Action":"*","Resource":"*",
          "Condition":{"StringEquals":{"aws:ResourceTag/team":["blue","green"]},
                       "IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}})";
  const std::string deny = R"({"Sid":"No","Effect":"Deny","Action":"*","Resource":"*"})";
  const std::string list =
      R"({"Effect":"Allow","Action":"secretsmanager:ListSecrets","Resource":"*"})";
  const std::string other = R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b"})";
  struct Row {
    std::string first, second;
    std::string_view summary;
  };
  const Row rows[] = {
      {allow, "", "allowed by statement 1 (Allow) of the identity-based policy user_alice_p"},
      {list, deny,
       R"(denied explicitly by statement 2 "No" (Deny) of the identity-based policy user_alice_p)"},
      {list, other,
       "denied, because no identity-based policy allows it; nearest is statement 2 (Allow) of the "
       "identity-based policy user_alice_p, which is about other resources"},
      {allow_blue, list,
       R"(denied, because no identity-based policy allows it; nearest is statement 1 "Blue" (Allow))"
       R"( of the identity-based policy user_alice_p, which asks for StringEquals)"
       R"( aws:ResourceTag/team "blue", "green", where the request has "red")"},
  };
  for (const Row& row : rows) {
    const Compiled policy = IdentityPolicy(
        "user_alice_p", row.second.empty() ? row.first : row.first + "," + row.second);
    const std::vector<Compiled> policies{policy};
    EXPECT_EQ(Summarize(Explained(Only(policies))), row.summary);
  }
}

TEST_F(ExplanationTest, SaysThatNothingIsThere) {
  EXPECT_EQ(Summarize(Explained(Only({}))),
            "denied, because no identity-based policy allows it: there is none");
}

TEST_F(ExplanationTest, ExternalIdsAreNotShown) {
  const std::vector<Compiled> policies{
      IdentityPolicy("p", R"({"Effect":"Allow","Action":"*","Resource":"*",
                              "Condition":{"StringEquals":{"sts:ExternalId":"x-1"}}})")};
  const std::string text = Describe(Explained(Only(policies)));
  EXPECT_EQ(text.find("x-1"), std::string::npos) << text;
  EXPECT_NE(text.find("StringEquals sts:ExternalId, which is not shown"), std::string::npos)
      << text;
}

TEST_F(ExplanationTest, DescribesEveryStatementOfEveryLayer) {
  const std::vector<Compiled> policies{
      IdentityPolicy("user_alice_p", R"({"Effect":"Allow","Action":"*","Resource":"*"})")};
  const Compiled boundary = IdentityPolicy("limits",
                                           R"({"Effect":"Allow","Action":"*","Resource":"*",
          "Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"},
                       "ForAnyValue:StringLike":{"aws:TagKeys":"a*"}}})");
  const Compiled resource = CompileAs(
      "", R"({"Statement":{"Effect":"Deny","Principal":{"AWS":"111122223334"},"Action":"*",
              "Resource":"*"}})",
      DocumentKind::kResource);
  Policies all = Only(policies);
  all.boundary = boundary.get();
  all.resource = resource.get();
  EXPECT_EQ(Describe(Explained(all)), R"(  identity-based policy
    user_alice_p, statement 1 (Allow) applies
  permissions boundary
    limits, statement 1 (Allow): its condition does not hold
        IpAddress aws:SourceIp "10.0.0.0/8", where the request has nothing
        ForAnyValue:StringLike aws:TagKeys "a*", where the request has nothing
  resource-based policy
    statement 1 (Deny) is about other principals
  denied, because no permissions boundary allows it; nearest is statement 1 (Allow) of the permissions boundary limits, which asks for IpAddress aws:SourceIp "10.0.0.0/8", where the request has nothing
)");
}

TEST(StatementPositionTest, IsCountedAsIamsSimulatorDoes) {
  // The first is the example of AWS's CLI reference, simulate-custom-policy.
  struct Row {
    std::string_view text;
    TextPosition begin, end;
  };
  const Row rows[] = {
      {R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}})",
       {.line = 1, .column = 38},
       {.line = 1, .column = 167}},
      {"{\"Statement\": [\n  {\"Effect\": \"Allow\",\n   \"Action\": \"*\", \"Resource\": "
       "\"arn:aws:s3:::}{\\\"\u00e4*\"}\n]}",
       {.line = 2, .column = 4},
       {.line = 3, .column = 53}},
  };
  for (const Row& row : rows) {
    const auto document = Compile(row.text, DocumentKind::kIdentity);
    ASSERT_TRUE(document) << row.text;
    EXPECT_EQ(document->labels.front().begin, row.begin);
    EXPECT_EQ(document->labels.front().end, row.end);
  }
}

// Policies are written by users, explanations are read by the operator.
TEST_F(ExplanationTest, ControlCharactersOfAPolicyAreNotRepeated) {
  const Compiled policy = IdentityPolicy("p", R"({"Effect":"Allow","Action":"*","Resource":"*",
               "Condition":{"StringEquals":{"aws:x\u001b[2J":["a\nallowed","b\u007f\u009bK"]}}})");
  const std::vector policies{policy};

  const std::string text = Describe(Explained(Only(policies)));

  EXPECT_NE(text.find(R"(StringEquals aws:x?[2J "a?allowed", "b??K", where)"), std::string::npos)
      << text;
}

}  // namespace

void PrintTo(const TextPosition& shown, std::ostream* out) {
  *out << shown.line << ":" << shown.column;
}

}  // namespace coffer::policy
