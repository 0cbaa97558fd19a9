#pragma once

#include <cstdint>
#include <string_view>

namespace coffer::base {

/// The FNV-1a hash of 64 bits: tells texts apart that nobody chose in order to collide.
class Fnv1a {
 public:
  constexpr void Add(unsigned char byte) { state_ = (state_ ^ byte) * 0x100000001b3ULL; }
  constexpr void Add(std::string_view text) {
    for (const char c : text) Add(static_cast<unsigned char>(c));
  }
  [[nodiscard]] constexpr std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0xcbf29ce484222325ULL;
};

}  // namespace coffer::base
