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
  const net::InputBuffer buffer;

  EXPECT_TRUE(buffer.bytes().empty());
}

TEST(InputBufferTest, KeepsWhatFollowsTheConsumedBytes) {
  net::InputBuffer buffer;
  Put(buffer, "firstsecond");

  buffer.Consume(5);

  EXPECT_EQ(buffer.bytes(), "second");
}

TEST(InputBufferTest, WipesWhatIsConsumed) {
  net::InputBuffer buffer;
  Put(buffer, "firstsecond");

  buffer.Consume(5);

  const auto room = buffer.Room(kLimit);
  EXPECT_EQ(std::string_view(room.data(), 5), std::string_view("\0\0\0\0\0", 5));
}

TEST(InputBufferTest, GrowsToTheLimitAndNoFurther) {
  net::InputBuffer buffer;
  const std::string bytes(kLimit, 'x');

  Put(buffer, bytes);

  EXPECT_EQ(buffer.bytes(), bytes);
  EXPECT_TRUE(buffer.Room(kLimit).empty());
}

TEST(InputBufferTest, GivesLargeMemoryBackAndKeepsTheRest) {
  net::InputBuffer buffer;
  Put(buffer, std::string(kLimit - 4, 'x') + "rest");

  buffer.Consume(kLimit - 4);

  EXPECT_EQ(buffer.bytes(), "rest");
  EXPECT_LT(buffer.Room(kLimit).size(), 5'000U);
}

}  // namespace
}  // namespace coffer
