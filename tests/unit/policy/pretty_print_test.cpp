#include "policy/pretty_print.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace coffer::policy {
namespace {

TEST(PrettyPrintTest, WritesAPolicyAsJacksonDoes) {
  EXPECT_EQ(PrettyPrint(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",)"
                        R"("Principal":{"AWS":"arn:aws:iam::123456789012:root"},)"
                        R"("Action":["secretsmanager:GetSecretValue","kms:Decrypt"],)"
                        R"("Resource":"*","Condition":{"Bool":{"aws:SecureTransport":true}}},)"
                        R"({"Effect":"Deny"}]})"),
            R"({
  "Version" : "2012-10-17",
  "Statement" : [ {
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:aws:iam::123456789012:root"
    },
    "Action" : [ "secretsmanager:GetSecretValue", "kms:Decrypt" ],
    "Resource" : "*",
    "Condition" : {
      "Bool" : {
        "aws:SecureTransport" : true
      }
    }
  }, {
    "Effect" : "Deny"
  } ]
})");
}

TEST(PrettyPrintTest, WritesEveryForm) {
  struct Case {
    std::string_view document;
    std::string_view pretty;
  };
  const std::vector<Case> cases = {
      {"{}", "{ }"},
      {" [ ] ", "[ ]"},
      {"[{}]", "[ { } ]"},
      {"[[],[[]]]", "[ [ ], [ [ ] ] ]"},
      {R"({"a":{}})", "{\n  \"a\" : { }\n}"},
      {R"({"a":[]})", "{\n  \"a\" : [ ]\n}"},
      {R"({"b":1,"a":2})", "{\n  \"b\" : 1,\n  \"a\" : 2\n}"},
      {"[1,-2.50,1E+3,true,false,null]", "[ 1, -2.50, 1E+3, true, false, null ]"},
      {R"("\u00e9\/\"\\\u0001\n\u007f")", "\"é/\\\"\\\\\\u0001\\n\x7f\""},
      {R"({"\u0041\n":0})", "{\n  \"A\\n\" : 0\n}"},
  };
  for (const Case& entry : cases) {
    EXPECT_EQ(PrettyPrint(entry.document), entry.pretty) << entry.document;
  }
}

TEST(PrettyPrintTest, LeavesItsOwnOutputAsItIs) {
  const std::string once = PrettyPrint(R"({"Statement":[{"Action":["a:b"]},{}],"Id":"x"})");

  EXPECT_EQ(PrettyPrint(once), once);
}

TEST(PrettyPrintTest, ThrowsForWhatWasNeverChecked) {
  EXPECT_THROW(static_cast<void>(PrettyPrint("{")), std::invalid_argument);
}

}  // namespace
}  // namespace coffer::policy
