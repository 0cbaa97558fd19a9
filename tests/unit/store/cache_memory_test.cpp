#include "store/cache_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace coffer::store {
namespace {

constexpr std::size_t kSegment = 64 << 10;

TEST(CacheMemoryTest, HandsOutEachSegmentOnce) {
  CacheMemory memory(3 * kSegment + 1, kSegment);
  std::set<std::byte*> seen;
  for (int i = 0; i < 3; ++i) {
    const std::span<std::byte> segment = memory.TakeSegment();
    ASSERT_EQ(segment.size(), kSegment);
    EXPECT_TRUE(seen.insert(segment.data()).second);
    std::ranges::fill(segment, std::byte{1});
  }
  EXPECT_TRUE(memory.TakeSegment().empty());
  EXPECT_TRUE(memory.TakeSegment().empty());
}

TEST(CacheMemoryTest, LessThanASegmentIsNothing) {
  EXPECT_TRUE(CacheMemory(kSegment - 1, kSegment).TakeSegment().empty());
}

TEST(CacheMemoryTest, TakesLessWhereSoMuchCannotBeReserved) {
  constexpr std::size_t kMoreThanThereIs = std::size_t{1} << 52;
  CacheMemory memory(kMoreThanThereIs, kSegment);
  EXPECT_EQ(memory.TakeSegment().size(), kSegment);
}

}  // namespace
}  // namespace coffer::store
