#pragma once

#include "store/row_mac.h"

#include <algorithm>
#include <cstdint>

namespace coffer::test {

/// A checksum (FNV-1a) in the place of a MAC: enough to notice an edit, for tests alone.
class FakeRowMac final : public store::RowMac {
 public:
  [[nodiscard]] Tag Compute(std::span<const std::byte> encoded_row) const override {
    Tag tag{};
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (std::size_t half = 0; half < 2; ++half) {
      for (const std::byte byte : encoded_row) {
        hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001B3ULL;
      }
      for (std::size_t i = 0; i < 8; ++i) tag[8 * half + i] = static_cast<std::byte>(hash >> 8 * i);
    }
    return tag;
  }
  [[nodiscard]] bool Verify(std::span<const std::byte> encoded_row,
                            std::span<const std::byte> tag) const override {
    return std::ranges::equal(Compute(encoded_row), tag);
  }
};

}  // namespace coffer::test
