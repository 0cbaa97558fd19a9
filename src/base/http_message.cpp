#include "base/http_message.h"

#include "base/ascii.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace coffer::base {
namespace {

constexpr std::uint64_t Repeat(std::uint8_t byte) { return 0x0101010101010101U * byte; }

/// ToLower of each of eight bytes. Adding to seven bits carries into the eighth where a letter is
/// above a bound, and never further.
std::uint64_t ToLower(std::uint64_t bytes) {
  const std::uint64_t low_bits = bytes & Repeat(0x7F);
  const std::uint64_t from_a = low_bits + Repeat(0x80 - 'A');
  const std::uint64_t above_z = low_bits + Repeat(0x7F - 'Z');
  const std::uint64_t upper = from_a & ~above_z & ~bytes & Repeat(0x80);
  return bytes | upper >> 2;
}

std::uint64_t Load(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

}  // namespace

// Header names are looked for in every request, several times: eight bytes at once, the last eight
// perhaps a second time.
bool EqualsOfLengthIgnoringCase(std::string_view text, std::string_view lower) {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  if (text.size() < kWord) {
    return std::ranges::equal(text, lower, {}, [](char c) { return ToLower(c); });
  }
  const std::size_t last = text.size() - kWord;
  for (std::size_t i = 0; i < last; i += kWord) {
    if (ToLower(Load(text.data() + i)) != Load(lower.data() + i)) return false;
  }
  return ToLower(Load(text.data() + last)) == Load(lower.data() + last);
}

std::string_view HttpRequest::Header(std::string_view lower_case_name) const {
  for (const HttpHeader& header : headers) {
    if (EqualsIgnoringCase(header.name, lower_case_name)) return header.value;
  }
  return {};
}

}  // namespace coffer::base
