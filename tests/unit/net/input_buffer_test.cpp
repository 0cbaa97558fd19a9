#include "net/input_buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace coffer {
namespace {

constexpr std::size_t kLimit = 100'000;

void Put(net::InputBuffer& buffer, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto room = buffer.Room(kLimit);
    const std::size_t count = std::min(room.size(), bytes.size());
    std::ranges::copy(bytes.substr(0, count), room.begin());
    buffer.Commit(count);
    bytes.remove_prefix(count);
  }
}

TEST(InputBufferTest, HoldsNothingAtFirst) {
  net::MemoryBudget budget(kLimit);
  const net::InputBuffer buffer(budget);

  EXPECT_TRUE(buffer.bytes().empty());
}

TEST(InputBufferTest, KeepsWhatFollowsTheConsumedBytes) {
  net::MemoryBudget budget(kLimit);
  net::InputBuffer buffer(budget);
  Put(buffer, "firstsecond");

  buffer.Consume(5);

  EXPECT_EQ(buffer.bytes(), "second");
}

TEST(InputBufferTest, WipesWhatIsConsumed) {
  net::MemoryBudget budget(kLimit);
  net::InputBuffer buffer(budget);
  Put(buffer, "firstsecond");

  buffer.Consume(5);

  const auto room = buffer.Room(kLimit);
  EXPECT_EQ(std::string_view(room.data(), 5), std::string_view("\0\0\0\0\0", 5));
}

TEST(InputBufferTest, GrowsToTheLimitAndNoFurther) {
  net::MemoryBudget budget(kLimit);
  net::InputBuffer buffer(budget);
  const std::string bytes(kLimit, 'x');

  Put(buffer, bytes);

  EXPECT_EQ(buffer.bytes(), bytes);
  EXPECT_TRUE(buffer.Room(kLimit).empty());
}

TEST(InputBufferTest, GivesLargeMemoryBackAndKeepsTheRest) {
  net::MemoryBudget budget(kLimit);
  net::InputBuffer buffer(budget);
  Put(buffer, std::string(kLimit - 4, 'x') + "rest");

  buffer.Consume(kLimit - 4);

  EXPECT_EQ(buffer.bytes(), "rest");
  EXPECT_LT(buffer.Room(kLimit).size(), 5'000U);
}

TEST(InputBufferTest, PaysForWhatIsLargeAndGivesItBack) {
  net::MemoryBudget budget(kLimit);
  {
    net::InputBuffer small(budget);
    Put(small, std::string(16'384, 'x'));
    EXPECT_EQ(budget.left(), kLimit);

    net::InputBuffer large(budget);
    Put(large, std::string(16'385, 'x'));
    EXPECT_EQ(budget.left(), kLimit - 32'768);
    large.Consume(16'385);
    EXPECT_EQ(budget.left(), kLimit);

    Put(large, std::string(40'000, 'x'));
    EXPECT_EQ(budget.left(), kLimit - 65'536);
  }
  EXPECT_EQ(budget.left(), kLimit);
}

TEST(InputBufferTest, HasNoRoomWhenOthersTookTheMemory) {
  net::MemoryBudget budget(kLimit);
  net::InputBuffer first(budget);
  net::InputBuffer second(budget);
  Put(first, std::string(kLimit, 'x'));
  Put(second, std::string(16'384, 'x'));

  EXPECT_TRUE(second.Room(kLimit).empty());

  first.Consume(kLimit);
  EXPECT_FALSE(second.Room(kLimit).empty());
}

}  // namespace
}  // namespace coffer
