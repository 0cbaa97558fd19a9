#pragma once

#include "net/request_reader.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::test {

/// What a reader made of some bytes that arrived piece by piece: "POST / 5" (method, target, size
/// of the body) for each request and, if one was refused, "refused 400" at the end. "waiting" is
/// the last entry if a request has begun and not ended.
inline std::vector<std::string> Transcript(const std::vector<std::string_view>& pieces,
                                           const net::Limits& limits = {}) {
  std::vector<std::string> transcript;
  net::MemoryBudget memory(limits.max_request_memory_bytes);
  net::RequestReader reader(limits, memory);
  const auto advance = [&] {
    for (;;) {
      const auto progress = reader.Advance();
      if (!progress) {
        transcript.push_back("refused " + std::to_string(progress.error().status));
        return false;
      }
      if (*progress == net::RequestReader::Progress::kSendContinue) {
        transcript.emplace_back("continue");
        continue;
      }
      if (*progress != net::RequestReader::Progress::kComplete) return true;
      const base::HttpRequest request = reader.request();
      transcript.push_back(std::string(request.method) + " " + std::string(request.target) + " " +
                           std::to_string(request.body.size()));
      reader.Next();
    }
  };
  for (std::string_view piece : pieces) {
    while (!piece.empty()) {
      const auto room = reader.Room();
      const std::size_t count = std::min(room.size(), piece.size());
      std::copy_n(piece.begin(), count, room.begin());
      reader.Received(count);
      piece.remove_prefix(count);
      if (!advance()) return transcript;
    }
  }
  if (reader.stage() != net::RequestReader::Stage::kIdle) transcript.emplace_back("waiting");
  return transcript;
}

}  // namespace coffer::test
