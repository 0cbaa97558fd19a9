#include "json/document.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace coffer::json {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

std::string Repeated(std::string_view text, std::size_t times) {
  std::string repeated;
  for (std::size_t i = 0; i < times; ++i) repeated += text;
  return repeated;
}

std::string Nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

/// An array of `count` zeros.
std::string Zeros(std::size_t count) { return "[0" + Repeated(",0", count - 1) + "]"; }

bool IsPartOf(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

TEST(DocumentTest, AcceptsValidTexts) {
  const std::vector<std::string_view> texts = {"null",
                                               "true",
                                               "false",
                                               "0",
                                               "-0",
                                               "-1",
                                               "1e3",
                                               "1E+3",
                                               "1.5e-3",
                                               "123456789012345678901234",
                                               "1e999",
                                               "\"\"",
                                               "\"a\"",
                                               "[]",
                                               "{}",
                                               " [ ] ",
                                               "\t\r\n{ }\n",
                                               "[1,2,3]",
                                               "[[],{}]",
                                               R"({"a":1})",
                                               R"({"":""})",
                                               R"({"a":{"a":{"a":null}}})",
                                               R"("\u0000")",
                                               R"("\uD834\uDD1E")",
                                               R"("\"\\\/\b\f\n\r\t")",
                                               "\"\x7f\"",
                                               "\"\xc2\x80\"",
                                               "\"\xed\x9f\xbf\"",
                                               "\"\xf4\x8f\xbf\xbf\"",
                                               "\"\xef\xbb\xbf\"",
                                               R"(["A","\u0041"])"};
  Document document;
  for (const std::string_view text : texts) {
    EXPECT_TRUE(document.Parse(text).has_value()) << text;
  }
}

TEST(DocumentTest, RefusesWithReasonAndPosition) {
  struct Case {
    std::string text;
    std::string_view reason;
    std::size_t offset;
  };
  const std::vector<Case> cases = {
      {"", "unexpected end", 0},
      {"  ", "unexpected end", 2},
      {"{", "unexpected end", 1},
      {"[1,", "unexpected end", 3},
      {"\"abc", "unexpected end", 4},
      {"\"a\\", "unexpected end", 3},
      {"\"a\\n", "unexpected end", 4},
      {"tru", "unexpected end", 3},
      {"-", "unexpected end", 1},
      {"{} {}", "text after the value", 3},
      {"1 2", "text after the value", 2},
      {"null\0"s, "text after the value", 4},
      {"\xef\xbb\xbf{}", "syntax error", 0},
      {"[1,]", "syntax error", 3},
      {"[,1]", "syntax error", 1},
      {"[1 2]", "syntax error", 3},
      {"{\"a\":1,}", "syntax error", 7},
      {"{\"a\" 1}", "syntax error", 5},
      {"{a:1}", "syntax error", 1},
      {"{1:1}", "syntax error", 1},
      {"'a'", "syntax error", 0},
      {"/**/1", "syntax error", 0},
      {"01", "text after the value", 1},
      {"+1", "syntax error", 0},
      {".5", "syntax error", 0},
      {"[1.]", "syntax error", 3},
      {"[1e]", "syntax error", 3},
      {"[-a]", "syntax error", 2},
      {"NaN", "syntax error", 0},
      {"[Infinity]", "syntax error", 1},
      {"True", "syntax error", 0},
      {"\"\n\"", "syntax error", 1},
      {"\"\0\""s, "syntax error", 1},
      {"\"\\x41\"", "syntax error", 2},
      {"{\"a\":1,\"a\":2}", "duplicate key", 12},
      {"{\"a\":1,\"\\u0061\":2}", "duplicate key", 17},
      {"[{\"b\":{\"\":1,\"c\":2,\"\":3}}]", "duplicate key", 22},
  };
  Document document;
  for (const Case& entry : cases) {
    const auto parsed = document.Parse(entry.text);

    ASSERT_FALSE(parsed.has_value()) << entry.text;
    EXPECT_EQ(parsed.error().reason, entry.reason) << entry.text;
    EXPECT_EQ(parsed.error().offset, entry.offset) << entry.text;
  }
}

TEST(DocumentTest, RefusesTextThatIsNotUnicode) {
  const std::vector<std::string> contents = {
      "\x80", "\xff", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xed\xbf\xbf",
      "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xc3", "\xe2\x82",
      "\xf0\x9f\x98",
      // The same after an escape, which another part of the parser reads.
      "\\n\x80", "\\n\xc0\x80", "\\n\xed\xa0\x80", "\\n\xf4\x90\x80\x80", "\\n\xe2\x82", "\\uD800",
      "\\uDC00", "\\uD800\\uD800", "\\uD800x", "\\uD800\\n", "\\uDBFF\\u0041", "\\u12", "\\u12G4",
      "\\U0041"};
  Document document;
  for (const std::string& content : contents) {
    for (const std::string& padding : {""s, "-------------"s}) {
      EXPECT_FALSE(document.Parse("\"" + content + padding + "\"").has_value()) << content;
      EXPECT_FALSE(document.Parse("{\"" + content + padding + "\":0}").has_value()) << content;
    }
  }
}

TEST(DocumentTest, EnforcesItsLimits) {
  const Limits limits{.depth = 4, .values = 10, .key_bytes = 5};
  struct Case {
    std::string text;
    std::string_view reason;  // Empty: accepted.
  };
  const std::vector<Case> cases = {
      {Nested(4), ""},
      {Nested(5), "nested too deeply"},
      {std::string(100'000, '['), "nested too deeply"},
      {R"({"a":[{"a":[]}]})", ""},
      {R"({"a":[{"a":[{}]}]})", "nested too deeply"},
      {Zeros(9), ""},
      {Zeros(10), "too many values"},
      {R"({"abcde":0})", ""},
      {R"({"abcdef":0})", "key too long"},
      {R"({"abcd\n":0})", ""},
      {R"({"abcd\n\n":0})", "key too long"},
      {R"({"abcdef\n":0})", "key too long"},
  };
  Document document;
  for (const Case& entry : cases) {
    const auto parsed = document.Parse(entry.text, limits);

    EXPECT_EQ(parsed.has_value() ? ""sv : parsed.error().reason, entry.reason) << entry.text;
  }
}

TEST(DocumentTest, FindsADuplicateAmongManyMembers) {
  std::string text = "{";
  for (int i = 0; i < 4000; ++i) text += "\"member" + std::to_string(i) + "\":0,";
  Document document;

  EXPECT_TRUE(document.Parse(text + "\"last\":0}").has_value());
  EXPECT_FALSE(document.Parse(text + "\"member7\":0}").has_value());
}

TEST(DocumentTest, KeepsOrderKeysAndNesting) {
  Document document;

  const Value root = document.Parse(R"({"b":[1,{"x":true}],"a":"text","c":null})").value();

  ASSERT_EQ(root.kind(), Kind::kObject);
  EXPECT_EQ(root.size(), 3U);
  const Value list = root.First();
  EXPECT_EQ(list.key(), "b");
  ASSERT_EQ(list.kind(), Kind::kArray);
  EXPECT_EQ(list.size(), 2U);
  EXPECT_EQ(list.First().integer(), 1);
  EXPECT_EQ(list.First().key(), "");
  const Value inner = list.First().Next();
  EXPECT_EQ(inner.First().key(), "x");
  EXPECT_TRUE(inner.First().boolean());
  EXPECT_FALSE(inner.Next().valid());
  const Value text = list.Next();
  EXPECT_EQ(text.key(), "a");
  EXPECT_EQ(text.text(), "text");
  EXPECT_TRUE(text.Next().IsNull());
  EXPECT_FALSE(text.Next().Next().valid());
  EXPECT_FALSE(text.Next().First().valid());
}

TEST(DocumentTest, ReadsNumbers) {
  struct Case {
    std::string_view text;
    Kind kind;
    std::int64_t integer;
    double number;
  };
  const std::vector<Case> cases = {
      {"0", Kind::kInteger, 0, 0},
      {"-0", Kind::kInteger, 0, 0},
      {"42", Kind::kInteger, 42, 42},
      {"9223372036854775807", Kind::kInteger, INT64_MAX, 0x1p63},
      {"-9223372036854775808", Kind::kInteger, INT64_MIN, -0x1p63},
      {"9223372036854775808", Kind::kNumber, 0, 0x1p63},
      {"18446744073709551616", Kind::kNumber, 0, 0x1p64},
      {"1.0", Kind::kNumber, 0, 1},
      {"1e2", Kind::kNumber, 0, 100},
      {"0.1", Kind::kNumber, 0, 0.1},
      {"1523477145.713", Kind::kNumber, 0, 1523477145.713},
      {"-2.2250738585072014e-308", Kind::kNumber, 0, -2.2250738585072014e-308},
      {"1e400", Kind::kNumber, 0, HUGE_VAL},
  };
  Document document;
  for (const Case& entry : cases) {
    const Value value = document.Parse(entry.text).value();

    EXPECT_EQ(value.kind(), entry.kind) << entry.text;
    EXPECT_EQ(value.integer(), entry.integer) << entry.text;
    EXPECT_EQ(value.number(), entry.number) << entry.text;
    EXPECT_EQ(value.text(), entry.text);
  }
}

TEST(DocumentTest, UnescapesStrings) {
  struct Case {
    std::string_view json;
    std::string_view text;
  };
  const std::vector<Case> cases = {
      {R"("")", ""},
      {R"("plain")", "plain"},
      {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
      {R"("a\u0041b")", "aAb"},
      {R"("\u00e9\u20AC")", "é€"},
      {R"("\uD83D\uDE00!")", "😀!"},
      {R"("a\u0000b")", "a\0b"sv},
      {R"("é\n€")", "é\n€"},
  };
  Document document;
  for (const Case& entry : cases) {
    EXPECT_EQ(document.Parse(entry.json).value().text(), entry.text) << entry.json;
  }
}

TEST(DocumentTest, UnescapesStringsLongerThanTheParsersBuffer) {
  // Every alignment of two-, three- and four-byte characters and of escapes at the buffer's end.
  Document document;
  for (std::size_t shift = 0; shift < 16; ++shift) {
    const std::string start(4080 + shift, 'x');
    const std::string json = "\"\\t" + start + R"(é€😀\u00e9\uD83D\uDE00\n)" + start + "\\\"\"";

    const auto parsed = document.Parse(json);

    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed->text(), "\t" + start + "é€😀é😀\n" + start + "\"");
  }
}

TEST(DocumentTest, StringsWithoutEscapesAreViewsOfTheText) {
  const std::string text = R"({"plain key":"plain value","key\n":"value\n","number":12.5})";
  Document document;

  const Value plain = document.Parse(text).value().First();

  EXPECT_TRUE(IsPartOf(plain.key(), text));
  EXPECT_TRUE(IsPartOf(plain.text(), text));
  EXPECT_FALSE(IsPartOf(plain.Next().key(), text));
  EXPECT_FALSE(IsPartOf(plain.Next().text(), text));
  EXPECT_TRUE(IsPartOf(plain.Next().Next().text(), text));
}

TEST(DocumentTest, UnescapedStringsStayWhereTheyAre) {
  std::string text = "[";
  for (int i = 0; i < 1000; ++i) text += "\"\\tvalue " + std::to_string(i) + "\",";
  text += "0]";
  Document document;

  Value item = document.Parse(text).value().First();

  for (int i = 0; i < 1000; ++i, item = item.Next()) {
    ASSERT_EQ(item.text(), "\tvalue " + std::to_string(i));
  }
}

TEST(DocumentTest, KnowsWhereEachValueBegins) {
  const std::string text =
      R"( { "a\"b" : [ true , null,-1.5 ] , "c":"x\\" , "d":"y", "e":{}, "f":0 })";
  Document document;

  const Value root = document.Parse(text).value();

  EXPECT_EQ(root.offset(), 1U);
  std::string firsts;
  for (Value member = root.First(); member.valid(); member = member.Next()) {
    firsts += text[member.offset()];
    for (Value item = member.First(); item.valid(); item = item.Next()) {
      firsts += text[item.offset()];
    }
  }
  EXPECT_EQ(firsts, "[tn-\"\"{0");
}

TEST(DocumentTest, CanBeUsedAgainAfterAnError) {
  Document document;
  ASSERT_FALSE(document.Parse(R"({"a\n":[1,2)").has_value());

  const auto parsed = document.Parse(R"(["b\n"])");

  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->First().text(), "b\n");
}

}  // namespace
}  // namespace coffer::json
