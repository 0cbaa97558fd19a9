#include "json/writer.h"

#include "base/encoding.h"
#include "json/document.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::json {
namespace {

using namespace std::string_view_literals;

template <class Write>
std::string Written(Write write) {
  base::ReplyBuffer out;
  Writer writer(out);
  write(writer);
  return std::string(out.body());
}

TEST(WriterTest, SetsCommas) {
  const std::string text = Written([](Writer& writer) {
    writer.BeginObject();
    writer.Key("A");
    writer.BeginArray();
    writer.EndArray();
    writer.Key("B");
    writer.BeginArray();
    writer.Integer(1);
    writer.Boolean(true);
    writer.BeginObject();
    writer.EndObject();
    writer.BeginObject();
    writer.Key("C");
    writer.String("x");
    writer.EndObject();
    writer.EndArray();
    writer.EscapedKey("\"");
    writer.Boolean(false);
    writer.EndObject();
  });

  EXPECT_EQ(text, R"({"A":[],"B":[1,true,{},{"C":"x"}],"\"":false})");
}

TEST(WriterTest, EscapesWhatMustBeEscaped) {
  struct Case {
    std::string_view text;
    std::string_view json;
  };
  const std::vector<Case> cases = {
      {"", R"("")"},
      {{}, R"("")"},
      {"plain text of more than eight bytes", R"("plain text of more than eight bytes")"},
      {"\"", R"("\"")"},
      {"\\", R"("\\")"},
      {"/", R"("/")"},
      {"\b\f\n\r\t", R"("\b\f\n\r\t")"},
      {"\x01\x1f\x7f", "\"\\u0001\\u001F\x7f\""},
      {"a\0b"sv, R"("a\u0000b")"},
      {"é€😀", "\"é€😀\""},
      {"{\"password\":\"p\\n\"}", R"("{\"password\":\"p\\n\"}")"},
  };
  for (const Case& entry : cases) {
    EXPECT_EQ(Written([&](Writer& writer) { writer.String(entry.text); }), entry.json);
  }
}

TEST(WriterTest, EscapesAtEveryPositionOfALongText) {
  Document document;
  for (int code = 0; code < 0x80; ++code) {
    for (std::size_t position = 0; position < 20; ++position) {
      std::string text(20, '~');
      text[position] = static_cast<char>(code);

      const std::string json = Written([&](Writer& writer) { writer.String(text); });

      ASSERT_EQ(document.Parse(json).value().text(), text);
      EXPECT_EQ(json.size() != text.size() + 2, code < 0x20 || code == '"' || code == '\\');
    }
  }
}

TEST(WriterTest, WritesBlobsAsBase64) {
  const auto blob = [](std::string_view bytes) {
    return Written([&](Writer& writer) { writer.Blob(base::AsBytes(bytes)); });
  };

  EXPECT_EQ(blob("footest"), R"("Zm9vdGVzdA==")");
  EXPECT_EQ(blob(""), R"("")");
  EXPECT_EQ(blob("\0\xff"sv), R"("AP8=")");
}

TEST(WriterTest, WritesIntegers) {
  const auto integer = [](std::int64_t value) {
    return Written([&](Writer& writer) { writer.Integer(value); });
  };

  EXPECT_EQ(integer(0), "0");
  EXPECT_EQ(integer(-42), "-42");
  EXPECT_EQ(integer(INT64_MIN), "-9223372036854775808");
}

TEST(WriterTest, WritesTimesAsEpochSeconds) {
  struct Case {
    std::int64_t milliseconds;
    std::string_view json;
  };
  const std::vector<Case> cases = {
      {1523477145713, "1523477145.713"},
      {1523477145710, "1523477145.71"},
      {1523477145700, "1523477145.7"},
      {1523477145000, "1523477145"},
      {1523477145007, "1523477145.007"},
      {1523477145070, "1523477145.07"},
      {0, "0"},
      {5, "0.005"},
      {-1500, "-1.5"},
  };
  for (const Case& entry : cases) {
    const Timestamp time{std::chrono::milliseconds(entry.milliseconds)};
    EXPECT_EQ(Written([&](Writer& writer) { writer.Time(time); }), entry.json);
  }
}

}  // namespace
}  // namespace coffer::json
