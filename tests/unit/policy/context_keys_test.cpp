#include "policy/context_keys.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer::policy {
namespace {

using Texts = std::vector<std::string>;

Texts KeysOf(const Texts& policies) {
  std::vector<Document> documents;
  documents.reserve(policies.size());
  for (const std::string& text : policies) {
    auto document = Compile(text, DocumentKind::kIdentity);
    EXPECT_TRUE(document.has_value()) << text;
    if (document) documents.push_back(*std::move(document));
  }
  std::vector<const Document*> pointers;
  for (const Document& document : documents) pointers.push_back(&document);
  return ContextKeysOf(pointers);
}

std::string PolicyOf(std::string_view resource, std::string_view condition,
                     std::string_view version = "2012-10-17") {
  return R"({"Version":")" + std::string(version) +
         R"(","Statement":{"Effect":"Allow","Action":"*","Resource":)" + std::string(resource) +
         R"(,"Condition":)" + std::string(condition) + "}}";
}

TEST(ContextKeysTest, KeysOfConditionsAndVariables) {
  struct Row {
    std::string_view resource;
    std::string_view condition;
    Texts keys;
  };
  for (const Row& row : std::vector<Row>{
           {R"("*")", "{}", {}},
           {R"("*")", R"({"Bool":{"aws:SecureTransport":true}})", {"aws:SecureTransport"}},
           {R"("*")",
            R"({"StringEquals":{"aws:B":"1","aws:A":"2"},"Null":{"AWS:b":"true","aws:C":"true"}})",
            {"aws:B", "aws:A", "aws:C"}},
           {R"("*")",
            R"({"ForAnyValue:StringEqualsIfExists":{"aws:TagKeys":["a"]}})",
            {"aws:TagKeys"}},
           {R"("arn:aws:s3:::${aws:username}/${ aws:PrincipalTag/Team, 'none' }")",
            "{}",
            {"aws:username", "aws:PrincipalTag/Team"}},
           {R"(["arn:aws:s3:::a","arn:aws:s3:::${aws:userid}"])",
            R"({"StringLike":{"s3:prefix":["x","${aws:username}/*","${aws:USERID}"]}})",
            {"aws:userid", "s3:prefix", "aws:username"}},
           // The characters themselves, and values that are no texts.
           {R"("arn:aws:s3:::${*}${?}${$}")",
            R"({"NumericEquals":{"aws:MultiFactorAuthAge":"${aws:username}"}})",
            {"aws:MultiFactorAuthAge"}},
       }) {
    EXPECT_EQ(KeysOf({PolicyOf(row.resource, row.condition)}), row.keys)
        << row.resource << row.condition;
  }
}

TEST(ContextKeysTest, OlderVersionsHaveNoVariables) {
  const std::string policy = PolicyOf(R"("arn:aws:s3:::${aws:username}")",
                                      R"({"StringEquals":{"aws:A":"${aws:B}"}})", "2008-10-17");
  EXPECT_EQ(KeysOf({policy}), Texts{"aws:A"});
}

TEST(ContextKeysTest, AKeyOfSeveralDocumentsIsListedOnce) {
  const std::string first = PolicyOf(R"("*")", R"({"StringEquals":{"aws:A":"1"}})");
  const std::string second = PolicyOf(R"("*")", R"({"StringLike":{"AWS:a":"1","aws:B":"1"}})");
  EXPECT_EQ(KeysOf({first, second}), (Texts{"aws:A", "aws:B"}));
  EXPECT_EQ(KeysOf({}), Texts());
}

}  // namespace
}  // namespace coffer::policy
