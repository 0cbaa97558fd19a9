#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

/// Four-byte numbers as records and meta values hold them: most significant byte first.
namespace coffer::keyring {

[[nodiscard]] constexpr std::array<std::byte, 4> ToBigEndian(std::uint32_t number) {
  return {static_cast<std::byte>(number >> 24), static_cast<std::byte>(number >> 16),
          static_cast<std::byte>(number >> 8), static_cast<std::byte>(number)};
}

[[nodiscard]] constexpr std::uint32_t FromBigEndian(std::span<const std::byte, 4> bytes) {
  std::uint32_t number = 0;
  for (const std::byte byte : bytes) number = number << 8 | std::to_integer<std::uint32_t>(byte);
  return number;
}

}  // namespace coffer::keyring
