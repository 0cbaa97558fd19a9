#pragma once

#include "net/framing.h"
#include "net/input_buffer.h"
#include "net/server_options.h"

#include <cstdint>
#include <optional>

namespace coffer::net {

/// Turns the bytes of one connection into its requests, one after the other. Does no I/O itself.
///
/// Loop: put bytes into `Room()`, tell `Received()`, call `Advance()` until it answers kComplete,
/// use `request()`, call `Next()`. Bytes that came behind a request are kept for the one after it.
class RequestReader {
 public:
  enum class Stage : std::uint8_t { kIdle, kHead, kBody };
  enum class Progress : std::uint8_t {
    kNeedMore,
    kSendContinue,  ///< Answered once: the client waits for `100 Continue` before its body.
    kComplete,
  };

  /// Large requests are paid for from `memory`. Both must outlive the reader.
  RequestReader(const Limits& limits, MemoryBudget& memory) : limits_(limits), buffer_(memory) {}

  /// Empty when there is no memory for the request: Advance() then refuses it.
  [[nodiscard]] std::span<char> Room();
  void Received(std::size_t count) { buffer_.Commit(count); }

  /// A refusal is final: it is repeated forever, and nothing further is parsed.
  [[nodiscard]] std::expected<Progress, Refusal> Advance();

  /// Which part of a request is being waited for.
  [[nodiscard]] Stage stage() const;

  /// The complete request, without what only the connection knows. Valid until `Next()`.
  [[nodiscard]] base::HttpRequest request() const;
  /// Whether the client wants the connection to stay open after it.
  [[nodiscard]] bool keep_alive() const { return head_.keep_alive; }

  /// Wipes the request.
  void Next();

 private:
  [[nodiscard]] std::expected<Progress, Refusal> TakeHead();
  [[nodiscard]] std::expected<void, Refusal> Parse();
  [[nodiscard]] std::size_t request_size() const { return head_size_ + head_.content_length; }
  [[nodiscard]] bool IsComplete() const { return buffer_.bytes().size() >= request_size(); }

  const Limits& limits_;
  InputBuffer buffer_;
  RequestHead head_;
  std::size_t scanned_ = 0;
  std::size_t head_size_ = 0;        // 0 until the header block is complete.
  const char* parsed_at_ = nullptr;  // Where the buffer was when the views of head_ were taken.
  std::optional<Refusal> refusal_;
};

}  // namespace coffer::net
