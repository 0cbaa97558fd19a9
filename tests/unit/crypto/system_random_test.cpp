#include "crypto/system_random.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace coffer::crypto {
namespace {

TEST(SystemRandomTest, DoesNotRepeatItself) {
  SystemRandom random;
  std::set<std::array<std::byte, 16>> drawn;

  for (int i = 0; i < 1'000; ++i) {
    std::array<std::byte, 16> bytes{};
    random.Fill(bytes);
    drawn.insert(bytes);
  }

  EXPECT_EQ(drawn.size(), 1'000U);
}

TEST(SystemRandomTest, AcceptsNothingToFill) {
  SystemRandom random;

  EXPECT_NO_THROW(random.Fill({}));
}

}  // namespace
}  // namespace coffer::crypto
