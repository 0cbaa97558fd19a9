#pragma once

#include "coffer/random.h"

#include <cstdint>
#include <mutex>

namespace coffer::test {

/// Repeatable pseudo-random bytes (xorshift64*), for tests alone.
class FakeRandom final : public Random {
 public:
  explicit FakeRandom(std::uint64_t seed = 1) : state_(seed * 0x9E3779B97F4A7C15ULL + 1) {}
  void Fill(std::span<std::byte> out) override {
    const std::scoped_lock lock(mutex_);
    for (std::byte& byte : out) {
      state_ ^= state_ >> 12;
      state_ ^= state_ << 25;
      state_ ^= state_ >> 27;
      byte = static_cast<std::byte>((state_ * 0x2545F4914F6CDD1DULL) >> 56);
    }
  }

 private:
  std::mutex mutex_;
  std::uint64_t state_;
};

}  // namespace coffer::test
