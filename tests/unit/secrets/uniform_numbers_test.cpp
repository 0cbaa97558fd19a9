#include "secrets/uniform_numbers.h"

#include "support/fake_random.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace coffer::secrets {
namespace {

/// Repeats a few 16-bit words for ever.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(std::vector<unsigned> words) : words_(std::move(words)) {}
  void Fill(std::span<std::byte> out) override {
    ++calls;
    for (std::size_t i = 0; i + 1 < out.size(); i += 2) {
      const unsigned word = words_[i / 2 % words_.size()];
      out[i] = static_cast<std::byte>(word >> 8);
      out[i + 1] = static_cast<std::byte>(word & 0xFF);
    }
  }
  int calls = 0;

 private:
  std::vector<unsigned> words_;
};

TEST(UniformNumbersTest, WordsAboveTheLastWholeMultipleAreRejected) {
  // 65,536 = 6553 × 10 + 6: the words from 65,530 on would favour 0 to 5.
  ScriptedRandom random({65'535, 65'530, 65'529, 7});
  UniformNumbers numbers(random);

  EXPECT_EQ(numbers.Below(10), 9U);
  EXPECT_EQ(numbers.Below(10), 7U);
}

TEST(UniformNumbersTest, TheBoundsOfTheRangeWork) {
  ScriptedRandom random({65'535});
  UniformNumbers numbers(random);

  EXPECT_EQ(numbers.Below(1), 0U);
  EXPECT_EQ(numbers.Below(65'536), 65'535U);
}

TEST(UniformNumbersTest, OneBatchServesManyNumbers) {
  ScriptedRandom random({1, 2, 3});
  UniformNumbers numbers(random);

  for (int i = 0; i < 80; ++i) static_cast<void>(numbers.Below(100));

  EXPECT_EQ(random.calls, 1);
}

TEST(UniformNumbersTest, AllNumbersAreEquallyLikely) {
  test::FakeRandom random;
  UniformNumbers numbers(random);
  std::array<int, 62> counts{};
  constexpr int kExpected = 1000;

  for (std::size_t i = 0; i < counts.size() * kExpected; ++i) ++counts[numbers.Below(62)];

  double chi_square = 0;
  for (const int count : counts) {
    chi_square += static_cast<double>((count - kExpected) * (count - kExpected)) / kExpected;
  }
  // 61 degrees of freedom: mean 61, standard deviation 11; 120 is beyond the 99.999th percentile.
  EXPECT_LT(chi_square, 120);
}

}  // namespace
}  // namespace coffer::secrets
