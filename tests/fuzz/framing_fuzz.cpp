#include "net/request_reader.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

// The framing decides before anybody is authenticated: it must decide the same however the bytes
// are cut into packets, and never let two requests be seen where another reader sees one.

namespace {

using coffer::base::HttpRequest;
using coffer::net::Limits;
using coffer::net::MemoryBudget;
using coffer::net::RequestReader;

void Require(bool holds) {
  if (!holds) std::abort();
}

bool HasControlByte(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7f';
  });
}

std::size_t CountOf(const HttpRequest& request, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::count_if(request.headers, [&](const auto& header) {
    return coffer::base::EqualsIgnoringCase(header.name, name);
  }));
}

/// What every reader behind us may take for granted.
void CheckPromises(const HttpRequest& request) {
  Require(!request.method.empty() && request.target.starts_with('/'));
  Require(CountOf(request, "host") == 1 && CountOf(request, "transfer-encoding") == 0);
  Require(CountOf(request, "content-length") <= 1 && CountOf(request, "authorization") <= 1);
  for (const auto& header : request.headers) {
    Require(!header.name.empty() && !HasControlByte(header.name) && !HasControlByte(header.value));
  }
  const std::string_view length = request.Header("content-length");
  Require(request.body.size() == (length.empty() ? 0 : std::stoul(std::string(length))));
}

/// Each request in one line, or the status of the refusal.
std::vector<std::string> Read(std::string_view bytes, std::size_t piece_size) {
  static constexpr Limits kLimits;
  MemoryBudget memory(kLimits.max_request_memory_bytes);
  RequestReader reader(kLimits, memory);
  std::vector<std::string> found;
  while (!bytes.empty()) {
    const auto room = reader.Room();
    Require(!room.empty());
    const std::size_t count = std::min({room.size(), bytes.size(), piece_size});
    std::ranges::copy(bytes.substr(0, count), room.begin());
    reader.Received(count);
    bytes.remove_prefix(count);
    for (;;) {
      const auto progress = reader.Advance();
      if (!progress) {
        found.push_back(std::to_string(progress.error().status));
        return found;
      }
      if (*progress == RequestReader::Progress::kNeedMore) break;
      if (*progress == RequestReader::Progress::kSendContinue) continue;
      const HttpRequest request = reader.request();
      CheckPromises(request);
      found.push_back(std::string(request.method) + ' ' + std::string(request.target) + ' ' +
                      std::string(request.body));
      reader.Next();
    }
  }
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = Read(bytes, SIZE_MAX);
  Require(Read(bytes, 1) == whole);
  Require(Read(bytes, 7) == whole);
  return 0;
}
