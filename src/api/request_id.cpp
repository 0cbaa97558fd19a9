#include "api/request_id.h"

#include "base/encoding.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace coffer::api {
namespace {

struct Sequence {
  std::array<std::uint64_t, 2> state{};
  bool started = false;
};

}  // namespace

std::string NewRequestId(Random& random) {
  thread_local Sequence sequence;
  if (!sequence.started) {
    random.Fill(std::as_writable_bytes(std::span(sequence.state)));
    sequence.started = true;
  }
  // An odd multiplier visits every 64-bit number once before it repeats.
  constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15ULL;
  sequence.state[1] += kStep;
  std::array<std::byte, 16> bytes{};
  std::memcpy(bytes.data(), sequence.state.data(), bytes.size());
  return base::FormatUuid(bytes);
}

}  // namespace coffer::api
