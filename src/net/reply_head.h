#pragma once

#include "base/http_message.h"

#include <array>
#include <span>
#include <string_view>

namespace coffer::net {

using ReplyHeadMemory = std::array<char, base::ReplyBuffer::kHeadRoom>;

/// Writes the status line and header of `reply` into `memory` and answers the part written.
/// `date` is in the form of RFC 9110 §5.6.7. Throws std::length_error when it does not fit, which
/// only a request id of absurd length could bring about.
[[nodiscard]] std::string_view WriteReplyHead(const base::HttpReply& reply, std::string_view date,
                                              bool keep_alive, ReplyHeadMemory& memory);

}  // namespace coffer::net
