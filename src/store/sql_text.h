#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace coffer::store {

// NOLINTBEGIN(modernize-avoid-c-arrays): literals are such arrays.

/// SQL put together at compile time: statements that share a list of columns stay constants.
template <std::size_t kLength>
struct SqlText {
  std::array<char, kLength> characters{};

  constexpr SqlText() = default;
  // Implicit, so that a literal can stand wherever SQL does.
  constexpr SqlText(const char (&literal)[kLength + 1]) {
    for (std::size_t i = 0; i < kLength; ++i) characters[i] = literal[i];
  }
  constexpr operator std::string_view() const { return {characters.data(), kLength}; }
};

template <std::size_t kSize>
SqlText(const char (&)[kSize]) -> SqlText<kSize - 1>;

template <std::size_t kLeft, std::size_t kRight>
consteval SqlText<kLeft + kRight> operator+(const SqlText<kLeft>& left,
                                            const SqlText<kRight>& right) {
  SqlText<kLeft + kRight> joined;
  for (std::size_t i = 0; i < kLeft; ++i) joined.characters[i] = left.characters[i];
  for (std::size_t i = 0; i < kRight; ++i) joined.characters[kLeft + i] = right.characters[i];
  return joined;
}
template <std::size_t kLeft, std::size_t kSize>
consteval auto operator+(const SqlText<kLeft>& left, const char (&right)[kSize]) {
  return left + SqlText(right);
}
template <std::size_t kSize, std::size_t kRight>
consteval auto operator+(const char (&left)[kSize], const SqlText<kRight>& right) {
  return SqlText(left) + right;
}

// NOLINTEND(modernize-avoid-c-arrays)

}  // namespace coffer::store
