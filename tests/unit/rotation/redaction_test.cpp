#include "rotation/redaction.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::rotation {
namespace {

TEST(RedactionTest, HidesValuesInEveryForm) {
  struct Case {
    std::string value;
    std::string text;
    std::string expected;
  };
  const Case cases[] = {
      {"s3cret", "it is s3cret!", "it is ***!"},
      {"s3cret", "s3cret,s3crets3cret", "***,******"},
      {"abc", "abc", "abc"},  // Too short.
      {"", "text", "text"},
      {R"({"user":"bob","password":"s3cret"})", "bob s3cret", "bob ***"},
      {R"({"a":{"b":["s3cret"]},"n":12345})", "s3cret 12345", "*** 12345"},
      {R"({"a":"s3cret"})", R"(all: {"a":"s3cret"})", "all: ***"},
      {R"({"a":"caf\u00e9x"})", "caf\xC3\xA9x and caf\\u00e9x and caf\\u00E9x",
       "*** and *** and ***"},
      {"p/w d&", "p%2Fw%20d%26 p%2fw%20d%26 p%2Fw+d%26 p/w%20d%26", "*** *** *** ***"},
      {"it's!", "it%27s%21 it's%21 it's! it%27s!", "*** it's%21 *** it%27s!"},
      {R"(a"b\c)", R"(json a\"b\\c mysql a\"b\\c)", "json *** mysql ***"},
      {"a/bcd", R"(php a\/bcd)", "php ***"},
      {"it's me", "near 'PASSWORD('it''s me')'", "near 'PASSWORD('***')'"},
      {R"(b\ck's)", R"(E'b\\ck''s' 'b\\ck\'s')", "E'***' '***'"},
      {R"(say "x")", R"("say ""x""")", R"("***")"},
      {"line\nend", R"(line\nend)", "***"},
      {"-- BEGIN\n  MIIBkey\r\n\n}\n", "MIIBkey and }", "*** and }"},  // Printed line by line.
      {"\xF0\x9F\x94\x91key", R"(\ud83d\udd11key)", "***"},
      {std::string("\x00\x01\xFE\xFF", 4), std::string("x\x00\x01\xFE\xFFy", 6), "x***y"},
  };
  for (const auto& [value, text, expected] : cases) {
    Redaction redaction;
    redaction.Add(value);
    EXPECT_EQ(redaction.Redact(text), expected) << value;
  }
}

TEST(RedactionTest, TheLongestValueWins) {
  Redaction redaction;
  redaction.Add("pass");
  redaction.Add("password1");
  redaction.Add("word1234");

  EXPECT_EQ(redaction.Redact("password1 pass word1234"), "*** *** ***");
}

TEST(RedactionTest, MessagesAreOneShortLine) {
  Redaction redaction;
  redaction.Add("two\nlines");
  struct Case {
    std::string text;
    std::string expected;
  };
  const Case cases[] = {
      {"", ""},
      {"one", "one"},
      {"\r\n \none\r\ntwo", "one"},
      {"it was two\nlines, alas", "it was ***, alas"},
      {std::string(2000, 'x'), std::string(1024, 'x')},
      {std::string(1023, 'x') + "\xC3\xA9", std::string(1023, 'x')},
      {std::string(1022, 'x') + "\xC3\xA9y", std::string(1022, 'x') + "\xC3\xA9"},
      {std::string(1020, 'x') + "two\nlines", std::string(1020, 'x') + "***"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(redaction.RedactMessage(text), expected);
}

}  // namespace
}  // namespace coffer::rotation
