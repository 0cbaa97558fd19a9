#include "net/reply_head.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace coffer::net {
namespace {

std::string_view StatusLine(int status) {
  switch (status) {
    case 200:
      return "HTTP/1.1 200 OK\r\n";
    case 204:
      return "HTTP/1.1 204 No Content\r\n";
    case 400:
      return "HTTP/1.1 400 Bad Request\r\n";
    case 401:
      return "HTTP/1.1 401 Unauthorized\r\n";
    case 403:
      return "HTTP/1.1 403 Forbidden\r\n";
    case 404:
      return "HTTP/1.1 404 Not Found\r\n";
    case 405:
      return "HTTP/1.1 405 Method Not Allowed\r\n";
    case 408:
      return "HTTP/1.1 408 Request Timeout\r\n";
    case 409:
      return "HTTP/1.1 409 Conflict\r\n";
    case 411:
      return "HTTP/1.1 411 Length Required\r\n";
    case 413:
      return "HTTP/1.1 413 Content Too Large\r\n";
    case 417:
      return "HTTP/1.1 417 Expectation Failed\r\n";
    case 429:
      return "HTTP/1.1 429 Too Many Requests\r\n";
    case 431:
      return "HTTP/1.1 431 Request Header Fields Too Large\r\n";
    case 501:
      return "HTTP/1.1 501 Not Implemented\r\n";
    case 503:
      return "HTTP/1.1 503 Service Unavailable\r\n";
    case 505:
      return "HTTP/1.1 505 HTTP Version Not Supported\r\n";
    default:
      return "HTTP/1.1 500 Internal Server Error\r\n";
  }
}

class HeadWriter {
 public:
  explicit HeadWriter(ReplyHeadMemory& memory) : memory_(memory) {}

  void Append(std::string_view text) {
    if (text.size() > memory_.size() - size_) throw std::length_error("reply head too long");
    std::ranges::copy(text, memory_.data() + size_);
    size_ += text.size();
  }
  void AppendNumber(std::size_t number) {
    std::array<char, 20> digits{};
    const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    Append({digits.data(), end});
  }
  [[nodiscard]] std::string_view written() const { return {memory_.data(), size_}; }

 private:
  ReplyHeadMemory& memory_;
  std::size_t size_ = 0;
};

}  // namespace

std::string_view WriteReplyHead(const base::HttpReply& reply, std::string_view date,
                                bool keep_alive, ReplyHeadMemory& memory) {
  HeadWriter head(memory);
  head.Append(StatusLine(reply.status));
  if (!reply.request_id.empty()) {
    head.Append("x-amzn-RequestId: ");
    head.Append(reply.request_id);
    head.Append("\r\n");
  }
  if (!reply.content_type.empty()) {
    head.Append("Content-Type: ");
    head.Append(reply.content_type);
    head.Append("\r\n");
  }
  head.Append(reply.extra_header);
  head.Append("Content-Length: ");
  head.AppendNumber(reply.body.body().size());
  head.Append("\r\nDate: ");
  head.Append(date);
  head.Append(keep_alive ? "\r\nConnection: keep-alive\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
  return head.written();
}

}  // namespace coffer::net
