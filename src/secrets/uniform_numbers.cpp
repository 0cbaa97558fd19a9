#include "secrets/uniform_numbers.h"

namespace coffer::secrets {

std::size_t UniformNumbers::Below(std::size_t bound) {
  constexpr std::size_t kWords = 65536;
  // Words above the last whole multiple of `bound` would favour small numbers.
  const std::size_t limit = kWords - kWords % bound;
  std::size_t word = NextWord();
  while (word >= limit) word = NextWord();
  return word % bound;
}

std::size_t UniformNumbers::NextWord() {
  if (used_ == kBatchBytes) {
    random_.Fill(batch_.ExposeWritable());
    used_ = 0;
  }
  const auto bytes = batch_.Expose().subspan(used_, 2);
  used_ += 2;
  return std::to_integer<std::size_t>(bytes[0]) << 8 | std::to_integer<std::size_t>(bytes[1]);
}

}  // namespace coffer::secrets
