#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::test {

/// Bytes written as hexadecimal digits in a test: Bytes("00ff").
[[nodiscard]] inline std::vector<std::byte> Bytes(std::string_view hex) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const std::string digits(hex.substr(i, 2));
    std::size_t used = 0;
    bytes.push_back(static_cast<std::byte>(std::stoi(digits, &used, 16)));
    if (used != 2) throw std::invalid_argument("not hexadecimal");
  }
  return bytes;
}

/// The other way round, for readable failures.
[[nodiscard]] inline std::string Hex(std::span<const std::byte> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const std::byte byte : bytes) {
    hex.push_back(kDigits[std::to_integer<std::size_t>(byte >> 4)]);
    hex.push_back(kDigits[std::to_integer<std::size_t>(byte & std::byte{15})]);
  }
  return hex;
}

}  // namespace coffer::test
