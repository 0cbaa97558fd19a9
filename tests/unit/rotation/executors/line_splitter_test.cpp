#include "rotation/executors/line_splitter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::rotation {
namespace {

struct Case {
  std::vector<std::string> pieces;
  std::vector<std::string> lines;
};

TEST(LineSplitterTest, MakesLines) {
  const std::string longest(LineSplitter::kLongestLine, 'x');
  const Case cases[] = {
      {{}, {}},
      {{"a\nb\n"}, {"a", "b"}},
      {{"a\r\nb"}, {"a", "b"}},
      {{"a", "b", "\n", "c\nd"}, {"ab", "c", "d"}},
      {{"\n\n"}, {"", ""}},
      {{longest + "yz", "more\nnext\n"}, {longest, "next"}},
  };
  for (const auto& [pieces, expected] : cases) {
    std::vector<std::string> lines;
    LineSplitter splitter([&](std::string_view line) { lines.emplace_back(line); });
    for (const std::string& piece : pieces) splitter.Add(piece);
    splitter.Finish();
    EXPECT_EQ(lines, expected);
  }
}

TEST(LineSplitterTest, AFloodIsCutAndSaysSoOnce) {
  std::vector<std::string> lines;
  LineSplitter splitter([&](std::string_view line) { lines.emplace_back(line); });
  const std::string line = std::string(1023, 'x') + "\n";

  for (int i = 0; i < 5000; ++i) splitter.Add(line);
  ASSERT_EQ(lines.size(), 1025U);
  EXPECT_EQ(lines.back(), "(the function prints too much: the rest is left out)");

  splitter.StartStep();
  splitter.Add("again\n");
  EXPECT_EQ(lines.back(), "again");
}

}  // namespace
}  // namespace coffer::rotation
