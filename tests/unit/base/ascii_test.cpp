#include "base/ascii.h"

#include <gtest/gtest.h>

#include <string_view>

namespace coffer::base {
namespace {

TEST(AsciiTest, ReadsHexadecimalDigitsOfEitherCase) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (int c = 0; c < 256; ++c) {
    const char character = static_cast<char>(c);
    const std::size_t value = kDigits.find(ToLower(character));
    EXPECT_EQ(HexDigitValue(character),
              value == std::string_view::npos ? -1 : static_cast<int>(value))
        << c;
  }
}

}  // namespace
}  // namespace coffer::base
