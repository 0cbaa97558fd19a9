#include "sigv4/text.h"

#include <gtest/gtest.h>

#include <vector>

namespace coffer::sigv4 {
namespace {

std::vector<std::string_view> All(std::string_view text) {
  std::vector<std::string_view> all;
  Pieces pieces(text, ';');
  while (const auto piece = pieces.Next()) all.push_back(*piece);
  return all;
}

TEST(PiecesTest, SplitsAtEverySeparator) {
  using Texts = std::vector<std::string_view>;
  EXPECT_EQ(All(""), Texts({""}));
  EXPECT_EQ(All("a"), Texts({"a"}));
  EXPECT_EQ(All("a;;b"), Texts({"a", "", "b"}));
  EXPECT_EQ(All(";a;"), Texts({"", "a", ""}));
}

TEST(EchoTest, ReplacesWhatIsNotPrintableAscii) {
  EXPECT_EQ(Echo("plain 'text' ~"), "plain 'text' ~");
  EXPECT_EQ(Echo("a\r\n\x1b\x7f\xC3\xA9z"), "a??????z");
}

TEST(EchoTest, CutsLongText) { EXPECT_EQ(Echo(std::string(5000, 'x')), std::string(1024, 'x')); }

}  // namespace
}  // namespace coffer::sigv4
