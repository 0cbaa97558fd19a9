#include "api/xml_writer.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace coffer::api {
namespace {

using namespace std::string_literals;

template <class Write>
std::string Written(Write write) {
  base::ReplyBuffer out;
  XmlWriter writer(out);
  write(writer);
  return std::string(out.body());
}

std::string TextOf(std::string_view text) {
  return Written([&](XmlWriter& writer) { writer.Text(text); });
}

TEST(XmlWriterTest, NestsElements) {
  EXPECT_EQ(Written([](XmlWriter& writer) {
              writer.Begin("A", "https://example.com/");
              writer.Begin("B");
              writer.TextElement("C", "x");
              writer.TextElement("D", "");
              writer.End("B");
              writer.Begin("E");
              writer.End("E");
              writer.End("A");
            }),
            R"(<A xmlns="https://example.com/"><B><C>x</C><D/></B><E/></A>)");
}

TEST(XmlWriterTest, EscapesText) {
  const std::string replacement = "\xEF\xBF\xBD";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", ""},
      {"plain text", "plain text"},
      {"a&b", "a&amp;b"},
      {"&<>\"'", "&amp;&lt;&gt;&quot;&apos;"},
      {"<script>", "&lt;script&gt;"},
      {"]]>", "]]&gt;"},
      {"&amp;", "&amp;amp;"},
      {"tab\tline\nend", "tab\tline\nend"},
      {"line\r\n", "line&#xD;\n"},
      {"é€\U0001F510", "é€\U0001F510"},
      {"\x7f", "\x7f"},
      {"\u0080\uD7FF\uE000\uFFFD\U0010FFFF", "\u0080\uD7FF\uE000\uFFFD\U0010FFFF"},
      // What XML 1.0 §2.2 excludes.
      {"a\0b"s, "a" + replacement + "b"},
      {"\x01\x1F", replacement + replacement},
      {"a\uFFFEb\uFFFF", "a" + replacement + "b" + replacement},
      // What is no UTF-8.
      {"\x80", replacement},
      {"a\xC3", "a" + replacement},
      {"\xC3(", replacement + "("},
      {"\xED\xA0\x80", replacement + replacement + replacement},
      {"\xFF<", replacement + "&lt;"},
  };
  for (const auto& [text, xml] : cases) EXPECT_EQ(TextOf(text), xml);
}

TEST(XmlWriterTest, WritesScalars) {
  EXPECT_EQ(Written([](XmlWriter& writer) { writer.Integer(0); }), "0");
  EXPECT_EQ(
      Written([](XmlWriter& writer) { writer.Integer(std::numeric_limits<std::int64_t>::min()); }),
      "-9223372036854775808");
  EXPECT_EQ(Written([](XmlWriter& writer) { writer.Boolean(true); }), "true");
  EXPECT_EQ(Written([](XmlWriter& writer) { writer.Boolean(false); }), "false");
}

TEST(XmlWriterTest, WritesTimesToTheSecond) {
  const std::pair<std::int64_t, std::string_view> cases[] = {
      {0, "1970-01-01T00:00:00Z"},
      {1768478400000, "2026-01-15T12:00:00Z"},
      {1768478400999, "2026-01-15T12:00:00Z"},
      {1709251199000, "2024-02-29T23:59:59Z"},
      {-1, "1969-12-31T23:59:59Z"},
  };
  for (const auto& [milliseconds, text] : cases) {
    const Timestamp time{std::chrono::milliseconds(milliseconds)};
    EXPECT_EQ(Written([&](XmlWriter& writer) { writer.Time(time); }), text);
  }
}

}  // namespace
}  // namespace coffer::api
