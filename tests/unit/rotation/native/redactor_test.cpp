#include "rotation/native/redactor.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer::rotation::native {
namespace {

TEST(RedactorTest, PasswordsAreTakenOutInEveryForm) {
  struct Case {
    std::string_view message;
    std::string_view redacted;
  };
  // The password is  s3'c\"r/t
  const std::vector<Case> cases = {
      {"nothing here", "nothing here"},
      {R"(is s3'c\"r/t)", "is ***"},
      {R"(near 's3''c\"r/t' at line 1)", "near '***' at line 1"},
      {R"(near 's3''c\\"r/t')", "near '***'"},
      {R"(near 's3\'c\\\"r/t')", "near '***'"},
      {R"({"password":"s3'c\\\"r/t"})", R"({"password":"***"})"},
      {"?p=s3%27c%5C%22r%2Ft&x", "?p=***&x"},
      {R"(twice s3'c\"r/ts3'c\"r/t)", "twice ***"},
      // Pieces of six characters and more.
      {R"(cut s3'c\")", "cut ***"},
      {R"(tail c\"r/t)", "tail ***"},
      {R"(short s3'c\)", R"(short s3'c\)"},
  };
  Redactor redactor;
  redactor.Add(R"(s3'c\"r/t)");
  for (const auto& [message, redacted] : cases) EXPECT_EQ(redactor.Redact(message), redacted);
}

TEST(RedactorTest, SeveralPasswords) {
  Redactor redactor;
  redactor.Add("four");
  redactor.Add("abc");  // Too short to tell from words.
  redactor.Add("");
  redactor.Add("fourteen letters");

  EXPECT_EQ(redactor.Redact("four abc fou fourteen letters"), "*** abc fou ***");
}

TEST(RedactorTest, OneLineOfValidText) {
  const Redactor redactor;
  EXPECT_EQ(redactor.Redact("a\nb\tc\x7F"), "a b c ");
  EXPECT_EQ(redactor.Redact("ä\xC3(\xFF"), "ä?(?");
  EXPECT_EQ(redactor.Redact(""), "");
  EXPECT_LE(redactor.Redact(std::string(100'000, 'x')).size(), Redactor::kMostBytes);
  std::string wide;
  while (wide.size() < 2000) wide += "数";
  EXPECT_EQ(redactor.Redact(wide).size() % 3, 0U);
}

}  // namespace
}  // namespace coffer::rotation::native
