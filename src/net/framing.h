#pragma once

#include "base/http_message.h"

#include <cstddef>
#include <expected>
#include <string_view>
#include <vector>

/// The framing rules: where a request ends and which requests are refused before anybody looks at
/// what they ask for. Stricter than RFC 9112 wherever two readers of the same bytes could disagree.
/// Pure functions on bytes.
namespace coffer::net {

/// A request that breaks the framing: answered once with `status` and `reason` (a literal), then
/// the connection is closed and the rest of its bytes is never parsed.
struct Refusal {
  int status;
  std::string_view reason;

  bool operator==(const Refusal&) const = default;
};

/// The most header fields a request may have.
inline constexpr std::size_t kMaxHeaderFields = 64;

/// What the request line and the header fields say. Views point into the parsed block.
struct RequestHead {
  std::string_view method;
  std::string_view target;
  std::vector<base::HttpHeader> headers;
  std::size_t content_length = 0;
  bool keep_alive = false;
  bool expects_continue = false;
};

/// Size of the header block at the start of `received`, including the empty line that ends it, or 0
/// while that line has not come. The first `scanned` bytes were looked at by an earlier call.
/// Refuses what would be invisible after parsing: lines that end in a bare line feed, folded lines,
/// an empty line in front.
[[nodiscard]] std::expected<std::size_t, Refusal> FindHeadEnd(std::string_view received,
                                                              std::size_t scanned);

/// Parses a whole header block and applies every other rule. `head` is overwritten; its memory is
/// used again.
[[nodiscard]] std::expected<void, Refusal> ParseHead(std::string_view block,
                                                     std::size_t max_body_bytes, RequestHead& head);

}  // namespace coffer::net
