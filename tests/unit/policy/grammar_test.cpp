#include "policy/grammar.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::policy {

void PrintTo(GrammarRule shown, std::ostream* out) { *out << static_cast<int>(shown); }

namespace {

using enum GrammarRule;
constexpr DocumentKind kIdentityKind = DocumentKind::kIdentity;
constexpr DocumentKind kResourceKind = DocumentKind::kResource;
constexpr DocumentKind kTrustKind = DocumentKind::kTrust;

constexpr std::array kKinds{kIdentityKind, kResourceKind, kTrustKind};

/// The rule that a document breaks; nullopt when it is good.
std::optional<GrammarRule> Broken(const std::string& text, DocumentKind kind) {
  json::Document document;
  const auto parsed = ParsePolicy(document, text, kind);
  if (parsed) return std::nullopt;
  EXPECT_LE(parsed.error().offset, text.size());
  EXPECT_FALSE(parsed.error().reason.empty());
  return parsed.error().rule;
}

/// What each kind of document has in every statement beside Effect and Action.
std::string Needed(DocumentKind kind) {
  const std::string principal = R"(,"Principal":{"AWS":"111122223333"})";
  const std::string resource = R"(,"Resource":"*")";
  return (kind == kIdentityKind ? "" : principal) + (kind == kTrustKind ? "" : resource);
}

/// A document of one good statement with these members besides.
std::string With(std::string_view members, DocumentKind kind) {
  return R"({"Statement":{"Effect":"Deny","Action":"*")" + Needed(kind) + std::string(members) +
         "}}";
}

std::string Statement(std::string_view members) {
  return R"({"Statement":{)" + std::string(members) + "}}";
}

TEST(GrammarTest, TheOutermostObjectHasThreeMembers) {
  struct Row {
    std::string before;  ///< Before the Statement.
    std::optional<GrammarRule> broken;
  };
  for (const Row& row : std::vector<Row>{{"", std::nullopt},
                                         {R"("Version":"2012-10-17",)", std::nullopt},
                                         {R"("Version":"2008-10-17","Id":"",)", std::nullopt},
                                         {R"("Version":"2012-10-18",)", kVersion},
                                         {R"("Version":"",)", kVersion},
                                         {R"("Version":null,)", kVersion},
                                         {R"("Version":20121017,)", kVersion},
                                         {R"("version":"2012-10-17",)", kElement},
                                         {R"("Id":7,)", kId},
                                         {R"("Comment":"x",)", kElement},
                                         {R"("Id":"a","Id":"a",)", kJson}}) {
    for (const DocumentKind kind : kKinds) {
      std::string text = With("", kind);
      EXPECT_EQ(Broken(text.insert(1, row.before), kind), row.broken) << text;
    }
  }
}

TEST(GrammarTest, StatementsAreAnObjectOrAList) {
  struct Row {
    std::string text;
    std::optional<GrammarRule> broken;
  };
  const std::string good = R"({"Effect":"Allow","Action":"*","Resource":"*"})";
  for (const Row& row : std::vector<Row>{
           {R"({"Statement":)" + good + "}", std::nullopt},
           {R"({"Statement":[)" + good + "]}", std::nullopt},
           {R"({"Statement":[)" + good + "," + good + "]}", std::nullopt},
           {R"({"Statement":[]})", kStatement},
           {R"({"Statement":null})", kStatement},
           {R"({"Statement":"x"})", kStatement},
           {R"({"Statement":[)" + good + ",[]]}", kStatement},
           {"{}", kStatement},
           {R"({"Version":"2012-10-17"})", kStatement},
           {R"({"statement":)" + good + "}", kElement},
           {"[" + good + "]", kJson},
           {"null", kJson},
           {"", kJson},
           {R"({"Statement":)" + good, kJson},
           {R"({"Statement":)" + good + "}}", kJson},
           {R"({"Statement":)" + good + R"(,"Statement":)" + good + "}", kJson},
       }) {
    EXPECT_EQ(Broken(row.text, kIdentityKind), row.broken) << row.text;
  }
}

TEST(GrammarTest, ElementsHaveTheirForms) {
  struct Row {
    std::string_view members;  ///< Of a statement that is good without them.
    std::optional<GrammarRule> broken;
  };
  for (const Row& row : std::vector<Row>{
           {R"(,"Sid":"")", std::nullopt},
           {R"(,"Sid":"One2")", std::nullopt},
           {R"(,"Sid":1)", kSid},
           {R"(,"Sid":"a\u0007")", kSid},
           {R"(,"sid":"a")", kElement},
           {R"(,"Notes":"a")", kElement},
           {R"(,"Effect":"Allow")", kJson},
           {R"(,"NotAction":"*")", kActionTwice},
           {R"(,"Condition":{})", std::nullopt},
           {R"(,"Condition":{"StringEquals":{}})", std::nullopt},
           {R"(,"Condition":{"StringEquals":{"k":"v"},"Bool":{"k":true,"l":["false",false]}})",
            std::nullopt},
           {R"(,"Condition":{"NumericEquals":{"k":[7,7.5,-1,"7"]}})", std::nullopt},
           {R"(,"Condition":{"ForAnyValue:stringlikeIFEXISTS":{"k":[]}})", std::nullopt},
           {R"(,"Condition":[])", kCondition},
           {R"(,"Condition":null)", kCondition},
           {R"(,"Condition":{"StringEquals":"v"})", kCondition},
           {R"(,"Condition":{"StringEquals":{"k":null}})", kCondition},
           {R"(,"Condition":{"StringEquals":{"k":{"v":1}}})", kCondition},
           {R"(,"Condition":{"StringEquals":{"k":[["v"]]}})", kCondition},
           {R"(,"Condition":{"StringEquals":{"":"v"}})", kCondition},
           {R"(,"Condition":{"StringEquals":{"k":"v","k":"w"}})", kJson},
           {R"(,"Condition":{"StringIs":{"k":"v"}})", kOperator},
           {R"(,"Condition":{"NullIfExists":{"k":"true"}})", kOperator},
           {R"(,"Condition":{"":{"k":"v"}})", kOperator},
       }) {
    for (const DocumentKind kind : kKinds) {
      EXPECT_EQ(Broken(With(row.members, kind), kind), row.broken) << With(row.members, kind);
    }
  }
}

TEST(GrammarTest, EffectAndActionAreNeeded) {
  struct Row {
    std::string members;
    std::optional<GrammarRule> broken;
  };
  for (const Row& row : std::vector<Row>{
           {R"("Effect":"Allow","Action":"a:B")", std::nullopt},
           {R"("Effect":"Deny","NotAction":["a:B*","s3:?","*"])", std::nullopt},
           {R"("Action":"*")", kEffect},
           {R"("Effect":"allow","Action":"*")", kEffect},
           {R"("Effect":["Allow"],"Action":"*")", kEffect},
           {R"("Effect":"","Action":"*")", kEffect},
           {R"("Effect":"Deny")", kAction},
           {R"("Effect":"Deny","Action":[])", kAction},
           {R"("Effect":"Deny","Action":"")", kActionUnprefixed},
           {R"("Effect":"Deny","Action":"GetSecretValue")", kActionUnprefixed},
           {R"("Effect":"Deny","Action":"a:b:c")", kActionColons},
           {R"("Effect":"Deny","Action":["*","a:"])", kActionForm},
           {R"("Effect":"Deny","NotAction":7)", kActionForm},
       }) {
    for (const DocumentKind kind : kKinds) {
      EXPECT_EQ(Broken(Statement(row.members + Needed(kind)), kind), row.broken) << row.members;
    }
  }
}

TEST(GrammarTest, ResourcesAreForAllButTrustPolicies) {
  struct Row {
    std::string_view members;
    std::optional<GrammarRule> broken;
    std::optional<GrammarRule> broken_in_trust;
  };
  for (const Row& row : std::vector<Row>{
           {R"(,"Resource":"*")", std::nullopt, kResourceForbidden},
           {R"(,"NotResource":["arn:aws:s3:::b","x"])", std::nullopt, kResourceForbidden},
           {"", kResource, std::nullopt},
           {R"(,"Resource":"*","NotResource":"*")", kResource, kResourceForbidden},
           {R"(,"Resource":[])", kResource, kResourceForbidden},
           {R"(,"Resource":"")", kResource, kResourceForbidden},
           {R"(,"Resource":["*",null])", kResource, kResourceForbidden},
           {R"(,"Resource":{"a":"b"})", kResource, kResourceForbidden},
       }) {
    const std::string members = R"("Effect":"Allow","Action":"*")" + std::string(row.members);
    const std::string principal = R"(,"Principal":"*")";
    EXPECT_EQ(Broken(Statement(members), kIdentityKind), row.broken) << members;
    EXPECT_EQ(Broken(Statement(members + principal), kResourceKind), row.broken) << members;
    EXPECT_EQ(Broken(Statement(members + principal), kTrustKind), row.broken_in_trust) << members;
  }
}

TEST(GrammarTest, PrincipalsAreForAllButIdentityPolicies) {
  struct Row {
    std::string_view members;
    std::optional<GrammarRule> broken;
  };
  for (const Row& row : std::vector<Row>{
           {R"("Effect":"Allow","Principal":"*")", std::nullopt},
           {R"("Effect":"Allow","Principal":{"AWS":"*"})", std::nullopt},
           {R"("Effect":"Allow","Principal":{"AWS":["a","b"],"Service":"c"})", std::nullopt},
           {R"("Effect":"Allow","Principal":{"Federated":"a","CanonicalUser":"b"})", std::nullopt},
           {R"("Effect":"Deny","NotPrincipal":{"AWS":"a"})", std::nullopt},
           {R"("Effect":"Allow","NotPrincipal":{"AWS":"a"})", kNotPrincipalAllow},
           {R"("NotPrincipal":{"AWS":"a"},"Effect":"Allow")", kNotPrincipalAllow},
           {R"("Effect":"Deny","Principal":"*","NotPrincipal":"*")", kPrincipal},
           {R"("Effect":"Allow","Principal":"111122223333")", kPrincipal},
           {R"("Effect":"Allow","Principal":["*"])", kPrincipal},
           {R"("Effect":"Allow","Principal":{})", kPrincipal},
           {R"("Effect":"Allow","Principal":{"aws":"*"})", kPrincipal},
           {R"("Effect":"Allow","Principal":{"AWS":[]})", kPrincipal},
           {R"("Effect":"Allow","Principal":{"AWS":7})", kPrincipal},
           {R"("Effect":"Allow","Principal":null)", kPrincipal},
       }) {
    const std::string members = std::string(row.members) + R"(,"Action":"*")";
    const std::string resource = R"(,"Resource":"*")";
    EXPECT_EQ(Broken(Statement(members + resource), kResourceKind), row.broken) << members;
    EXPECT_EQ(Broken(Statement(members), kTrustKind), row.broken) << members;
    EXPECT_EQ(Broken(Statement(members + resource), kIdentityKind), kPrincipalForbidden) << members;
  }
  EXPECT_EQ(Broken(Statement(R"("Effect":"Allow","Action":"*")"), kTrustKind), kPrincipal);
}

TEST(GrammarTest, SidsAreStricterInIdentityPolicies) {
  const std::string longest(128, 'a');
  struct Row {
    std::string sid;
    bool identity;
    bool resource;
  };
  for (const Row& row : std::vector<Row>{{"Read1", true, true},
                                         {"with blank", false, true},
                                         {"caf\u00e9", false, true},
                                         {"a-b", false, true},
                                         {longest, true, true},
                                         {longest + " ", false, false}}) {
    const std::string members = R"(,"Sid":")" + row.sid + "\"";
    EXPECT_EQ(!Broken(With(members, kIdentityKind), kIdentityKind), row.identity) << row.sid;
    EXPECT_EQ(!Broken(With(members, kResourceKind), kResourceKind), row.resource) << row.sid;
  }
}

TEST(GrammarTest, SidsOfIdentityPoliciesAreThereOnce) {
  const auto two = [](const std::string& first, const std::string& second, DocumentKind kind) {
    const auto statement = [&](const std::string& sid) {
      return R"({"Sid":")" + sid + R"(","Effect":"Allow","Action":"*")" + Needed(kind) + "}";
    };
    return Broken(R"({"Statement":[)" + statement(first) + "," + statement(second) + "]}", kind);
  };

  EXPECT_EQ(two("A", "B", kIdentityKind), std::nullopt);
  EXPECT_EQ(two("A", "a", kIdentityKind), std::nullopt);
  EXPECT_EQ(two("", "", kIdentityKind), std::nullopt);
  EXPECT_EQ(two("A", "A", kIdentityKind), kSidTwice);
  EXPECT_EQ(two("A", "A", kResourceKind), std::nullopt);
}

TEST(GrammarTest, AFaultHasItsPlace) {
  const std::string text = R"({"Statement":{"Effect":"Allow","Action":"no colon","Resource":"*"}})";
  json::Document document;

  const auto parsed = ParsePolicy(document, text, kIdentityKind);

  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().offset, text.find(R"("no colon")"));
}

}  // namespace
}  // namespace coffer::policy
