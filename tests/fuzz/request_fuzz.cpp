// A connection's bytes through everything behind the socket: framing, dispatcher, decoding,
// policies, handlers, database, and what is answered. Any signature is taken for good, so that
// inputs get past it; authorization_fuzz looks after those.

#include "checks.h"
#include "net/request_reader.h"
#include "small_vault.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace {

using coffer::fuzz::Require;
using coffer::fuzz::SmallVault;
using coffer::net::MemoryBudget;
using coffer::net::RequestReader;

void Answer(SmallVault& vault, const coffer::base::HttpRequest& request, std::string_view input) {
  const std::vector headers(request.headers.begin(), request.headers.end());
  (void)vault.api().Send(request.method, request.target, headers, request.body);
  const coffer::base::HttpReply& reply = vault.api().reply();
  coffer::fuzz::CheckReply(reply);
  Require(!reply.request_id.empty());
  const bool is_told = reply.body.body().find(SmallVault::kCanary) != std::string_view::npos;
  Require(!is_told || reply.status == 200 || input.find(SmallVault::kCanary) != input.npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static SmallVault vault;
  static constexpr coffer::net::Limits kLimits;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  MemoryBudget memory(kLimits.max_request_memory_bytes);
  RequestReader reader(kLimits, memory);
  std::string_view rest = input;
  while (!rest.empty()) {
    const auto room = reader.Room();
    const std::size_t count = std::min(room.size(), rest.size());
    std::ranges::copy(rest.substr(0, count), room.begin());
    reader.Received(count);
    rest.remove_prefix(count);
    auto progress = reader.Advance();
    while (progress && *progress != RequestReader::Progress::kNeedMore) {
      if (*progress == RequestReader::Progress::kComplete) {
        Answer(vault, reader.request(), input);
        reader.Next();
      }
      progress = reader.Advance();
    }
    if (!progress) break;
  }
  vault.Restore();
  return 0;
}
