#include "base/encoding.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace coffer::base {
namespace {

using namespace std::string_view_literals;

std::string Encoded(std::string_view text) {
  std::string out(Base64Length(text.size()), '\0');
  EncodeBase64(AsBytes(text), out.data());
  return out;
}

std::optional<std::string> Decoded(std::string_view text) {
  std::string out(text.size() / 4 * 3, '\0');
  const auto size =
      DecodeBase64(text, std::as_writable_bytes(std::span(out.data(), out.size())).data());
  if (!size) return std::nullopt;
  out.resize(*size);
  return out;
}

std::string UriEncoded(std::string_view text, bool keep_slash) {
  std::string out;
  AppendUriEncoded(out, text, keep_slash);
  return out;
}

TEST(HexTest, WritesLowerCase) { EXPECT_EQ(ToHex(AsBytes("\x00\x9f\xA0\xff"sv)), "009fa0ff"); }

TEST(HexTest, ReadsWhatItWrote) {
  std::array<std::byte, 4> out{};

  ASSERT_TRUE(FromHex("009fa0ff", out));

  EXPECT_EQ(AsText(out), "\x00\x9f\xA0\xff"sv);
}

TEST(HexTest, RefusesEverythingButLowerCaseOfTheRightLength) {
  std::array<std::byte, 2> out{};
  for (const std::string_view text :
       {""sv, "abc"sv, "abcde"sv, "ABCD"sv, "ab g"sv, "0x12"sv, "ab\0c"sv}) {
    EXPECT_FALSE(FromHex(text, out)) << text;
  }
}

// RFC 4648 §10.
TEST(Base64Test, EncodesAndDecodesThePublishedVectors) {
  const std::pair<std::string_view, std::string_view> vectors[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {"\xfb\xff\xfe", "+//+"},
  };
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(Encoded(plain), encoded);
    EXPECT_EQ(Decoded(encoded), plain);
  }
}

TEST(Base64Test, DecodesEveryByteValueAtEveryAlignment) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (std::size_t length = 250; length <= all.size(); ++length) {
    EXPECT_EQ(Decoded(Encoded(all.substr(0, length))), all.substr(0, length));
  }
}

TEST(Base64Test, DecodingIsStrict) {
  const std::string_view refused[] = {
      "Zg",      // padding missing
      "Zg=",     // half of it
      "Zg===",   // too much
      "Zh==",    // unused bits set
      "Zm9=",    // unused bits set
      "Zm 9",    // blank
      "Zm9v\n",  // line break
      "Zm9v\r\n==",
      "Z===",  // one character carries no byte
      "====",
      "Zg==Zg==",  // padding in the middle
      "Zm=v",
      "-_-_",  // the URL alphabet
      "Zm9\x80",
  };
  for (const std::string_view text : refused) EXPECT_FALSE(Decoded(text)) << text;
}

TEST(Utf8Test, AcceptsWellFormedText) {
  const std::string_view accepted[] = {"",           "plain",  "\0"sv,   "\u00e9", "\u20ac",
                                       "\U0001F510", "\uD7FF", "\uE000", "\uFFFF", "\U0010FFFF"};
  for (const std::string_view text : accepted) EXPECT_TRUE(IsValidUtf8(text)) << text;
}

TEST(Utf8Test, RefusesMalformedText) {
  const std::string_view refused[] = {
      "\x80",              // a continuation alone
      "\xC0\x80",          // overlong NUL
      "\xC1\xBF",          // overlong
      "\xE0\x9F\xBF",      // overlong
      "\xF0\x8F\xBF\xBF",  // overlong
      "\xED\xA0\x80",      // surrogate
      "\xF4\x90\x80\x80",  // above U+10FFFF
      "\xF5\x80\x80\x80",
      "\xFF",
      "\xC3",  // cut short
      "\xE2\x82",
      "\xF0\x9F\x94",
      "\xE2\x28\xA1",  // a wrong second byte
      "\xE2\x82\x28",  // a wrong third byte
      "ok\xC3(",
  };
  for (const std::string_view text : refused) {
    EXPECT_FALSE(IsValidUtf8(text)) << ToHex(AsBytes(text));
  }
}

TEST(Utf8Test, MeasuresTheFirstCharacter) {
  const std::pair<std::string_view, std::size_t> cases[] = {
      {"", 0},           {"a\xFF", 1},    {"\u00e9\xFF", 2}, {"\u20acx", 3},
      {"\U0001F510", 4}, {"\xE2\x82", 0}, {"\x80", 0},       {"\xED\xA0\x80", 0},
  };
  for (const auto& [text, length] : cases) EXPECT_EQ(Utf8Length(text), length) << text;
}

TEST(CharacterCountTest, CountsUtf16CodeUnits) {
  EXPECT_EQ(CharacterCount(""), 0U);
  EXPECT_EQ(CharacterCount("abc"), 3U);
  EXPECT_EQ(CharacterCount("\u00e9\u20ac"), 2U);
  EXPECT_EQ(CharacterCount("\U0001F510"), 2U);
}

TEST(UriEncodingTest, KeepsUnreservedCharactersAndWritesTheRestInUpperCase) {
  EXPECT_EQ(UriEncoded("AZaz09-._~", false), "AZaz09-._~");
  EXPECT_EQ(UriEncoded(" +/%\xe1\x88\xb4", false), "%20%2B%2F%25%E1%88%B4");
  EXPECT_EQ(UriEncoded("/a b/", true), "/a%20b/");
}

TEST(UuidTest, SetsVersionAndVariant) {
  std::array<std::byte, 16> bytes{};
  bytes.fill(std::byte{0xFF});
  EXPECT_EQ(FormatUuid(bytes), "ffffffff-ffff-4fff-bfff-ffffffffffff");
  bytes.fill(std::byte{0});
  EXPECT_EQ(FormatUuid(bytes), "00000000-0000-4000-8000-000000000000");
}

}  // namespace
}  // namespace coffer::base
