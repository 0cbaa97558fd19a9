#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>

/// Numbers as records, encodings and tokens hold them: most significant byte first.
namespace coffer::base {

template <std::unsigned_integral Number>
[[nodiscard]] constexpr std::array<std::byte, sizeof(Number)> ToBigEndian(Number number) {
  std::array<std::byte, sizeof(Number)> bytes{};
  for (std::size_t i = bytes.size(); i-- > 0; number = static_cast<Number>(number >> 8)) {
    bytes[i] = static_cast<std::byte>(number);
  }
  return bytes;
}

template <std::unsigned_integral Number>
[[nodiscard]] constexpr Number FromBigEndian(std::span<const std::byte, sizeof(Number)> bytes) {
  Number number = 0;
  for (const std::byte byte : bytes) {
    number = static_cast<Number>(number << 8 | std::to_integer<Number>(byte));
  }
  return number;
}

}  // namespace coffer::base
