#include "net/request_reader.h"

namespace coffer::net {

std::span<char> RequestReader::Room() {
  const auto room = buffer_.Room(head_size_ == 0 ? limits_.max_header_bytes : request_size());
  if (room.empty()) refusal_ = Refusal{503, "too many large requests at once, try again"};
  return room;
}

std::expected<RequestReader::Progress, Refusal> RequestReader::Advance() {
  if (refusal_) return std::unexpected(*refusal_);
  if (head_size_ == 0) {
    auto taken = TakeHead();
    if (!taken) refusal_ = taken.error();
    return taken;
  }
  if (!IsComplete()) return Progress::kNeedMore;
  // The buffer may have moved while the body came; the same bytes parse as they did before.
  if (parsed_at_ != buffer_.bytes().data()) {
    if (const auto parsed = Parse(); !parsed) return std::unexpected(parsed.error());
  }
  return Progress::kComplete;
}

std::expected<RequestReader::Progress, Refusal> RequestReader::TakeHead() {
  const std::string_view received = buffer_.bytes();
  const auto end = FindHeadEnd(received, scanned_);
  if (!end) return std::unexpected(end.error());
  if (*end > limits_.max_header_bytes ||
      (*end == 0 && received.size() >= limits_.max_header_bytes)) {
    return std::unexpected(Refusal{431, "the header is too large"});
  }
  scanned_ = received.size();
  if (*end == 0) return Progress::kNeedMore;

  head_size_ = *end;
  if (const auto parsed = Parse(); !parsed) return std::unexpected(parsed.error());
  if (IsComplete()) return Progress::kComplete;
  return head_.expects_continue ? Progress::kSendContinue : Progress::kNeedMore;
}

std::expected<void, Refusal> RequestReader::Parse() {
  const std::string_view block = buffer_.bytes().substr(0, head_size_);
  parsed_at_ = block.data();
  return ParseHead(block, limits_.max_body_bytes, head_);
}

RequestReader::Stage RequestReader::stage() const {
  if (head_size_ > 0) return Stage::kBody;
  return buffer_.bytes().empty() ? Stage::kIdle : Stage::kHead;
}

base::HttpRequest RequestReader::request() const {
  return {.method = head_.method,
          .target = head_.target,
          .headers = head_.headers,
          .body = buffer_.bytes().substr(head_size_, head_.content_length),
          .peer_address = {},
          .secure = false};
}

void RequestReader::Next() {
  buffer_.Consume(request_size());
  head_.headers.clear();
  head_.content_length = 0;
  head_size_ = 0;
  scanned_ = 0;
}

}  // namespace coffer::net
