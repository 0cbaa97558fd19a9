#include "rotation/executors/hook_document.h"

#include "support/fake_rotation_secrets.h"

#include <gtest/gtest.h>

#include <string>

namespace coffer::rotation {
namespace {

TEST(HookDocumentTest, SaysAllThatAHookNeeds) {
  HookInput input;
  input.current = RotationValue{
      .version_id = "v1", .is_binary = false, .value = SecretBytes::FromText("{\"a\":1}")};
  input.previous =
      RotationValue{.version_id = "v0", .is_binary = true, .value = SecretBytes::FromText("abc")};
  input.related.push_back(
      {.id = "arn:\"x",
       .value = RotationValue{
           .version_id = "v2", .is_binary = false, .value = SecretBytes::FromText("m")}});
  input.related.push_back({.id = "y", .value = Fail(ErrorCode::kAccessDenied, "no")});
  input.new_password = SecretBytes::FromText("p\\w");
  input.settings = {{"EXCLUDE_CHARACTERS", "\"/"}};
  base::ReplyBuffer out;

  WriteHookInput(out, RotationStep::kCreateSecret, test::SampleRotation(), input);

  EXPECT_EQ(out.body(),
            R"({"Step":"createSecret",)"
            R"("SecretId":"arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db-AbCdEf",)"
            R"("ClientRequestToken":"11111111-2222-3333-4444-555555555555",)"
            R"("Current":{"VersionId":"v1","SecretString":"{\"a\":1}"},"Pending":null,)"
            R"("Previous":{"VersionId":"v0","SecretBinary":"YWJj"},)"
            R"("Related":{"arn:\"x":{"SecretString":"m"},"y":{"ErrorMessage":"no"}},)"
            R"("NewPassword":"p\\w","Settings":{"EXCLUDE_CHARACTERS":"\"/"}})");
}

TEST(HookDocumentTest, ReadsAnswers) {
  struct Case {
    std::string text;
    std::string expected;
  };
  const Case cases[] = {
      {"", "nothing"},
      {" \r\n\t", "nothing"},
      {"{}", "nothing"},
      {R"({"SecretString":null})", "nothing"},
      {R"({"SecretString":"a\n"})", "text a\n"},
      {R"({"SecretString":""})", "text "},
      {R"({"SecretBinary":"YWJj"})", "binary abc"},
      {R"({"SecretBinary":""})", "binary "},
      {R"({"ErrorType":"T","ErrorMessage":"m"})", "error T/m"},
      {R"({"ErrorMessage":"m"})", "error /m"},
      {"null", "standard output is not a JSON object"},
      {"ALTER ROLE", "standard output is not one JSON document"},
      {"{}{}", "standard output is not one JSON document"},
      {R"({"SecretString":7})", "standard output has a member that is no string"},
      {R"({"secretString":"a"})", "standard output has a member that a hook does not answer"},
      {R"({"SecretBinary":"a b"})", "standard output has a SecretBinary that is not base64"},
      {R"({"SecretBinary":"YWJj","SecretString":"a"})",
       "standard output has both SecretString and SecretBinary"},
  };
  for (const auto& [text, expected] : cases) {
    const auto answer = ReadHookAnswer(text);
    std::string shown = "nothing";
    if (!answer) {
      shown = answer.error();
    } else if (answer->is_error) {
      shown = "error " + answer->error_type + "/" + answer->error_message;
    } else if (answer->value) {
      shown = (answer->is_binary ? "binary " : "text ") + std::string(answer->value->ExposeText());
    }
    EXPECT_TRUE(shown.starts_with(expected)) << text << ": " << shown;
  }
}

}  // namespace
}  // namespace coffer::rotation
