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

TEST(AsciiTest, ChangesTheCaseOfLettersAlone) {
  constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (int c = 0; c < 256; ++c) {
    const char character = static_cast<char>(c);
    const std::size_t lower = kLower.find(character);
    const std::size_t upper = kUpper.find(character);
    EXPECT_EQ(ToUpper(character), lower == std::string_view::npos ? character : kUpper[lower]) << c;
    EXPECT_EQ(ToLower(character), upper == std::string_view::npos ? character : kLower[upper]) << c;
  }
}

}  // namespace
}  // namespace coffer::base
