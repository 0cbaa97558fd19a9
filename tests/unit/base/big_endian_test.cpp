#include "base/big_endian.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace coffer::base {
namespace {

TEST(BigEndianTest, MostSignificantByteComesFirst) {
  constexpr auto kBytes = ToBigEndian(std::uint32_t{0x01020304});
  EXPECT_EQ(kBytes, (std::array{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}}));
}

template <class Number>
void ExpectRoundTrip(Number number) {
  EXPECT_EQ(FromBigEndian<Number>(ToBigEndian(number)), number);
}

TEST(BigEndianTest, EveryWidthComesBack) {
  ExpectRoundTrip<std::uint8_t>(0xFE);
  ExpectRoundTrip<std::uint16_t>(0xFEDC);
  ExpectRoundTrip<std::uint32_t>(0xFEDCBA98);
  ExpectRoundTrip<std::uint64_t>(0xFEDCBA9876543210);
  ExpectRoundTrip(std::numeric_limits<std::uint64_t>::max());
}

}  // namespace
}  // namespace coffer::base
