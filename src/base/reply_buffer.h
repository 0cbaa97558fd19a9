#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <vector>

namespace coffer::base {

/// A growing byte buffer for a reply, which may hold a plaintext secret: everything that was ever
/// written to it is wiped by `Clear()`, on growth and on destruction. Kept by a connection and
/// reused from reply to reply. Room is left in front of the body, so that the HTTP header can be
/// put before it once its length is known and both leave in one write. Not thread-safe.
class ReplyBuffer {
 public:
  /// Bytes kept free in front of the body; no reply header of ours is longer.
  static constexpr std::size_t kHeadRoom = 512;

  ReplyBuffer() = default;
  ReplyBuffer(const ReplyBuffer&) = delete;
  ReplyBuffer& operator=(const ReplyBuffer&) = delete;
  ~ReplyBuffer() { Clear(); }

  void Append(std::string_view text) { std::memcpy(Extend(text.size()), text.data(), text.size()); }
  void Append(char character) { *Extend(1) = character; }

  /// Makes the body `count` bytes longer and answers where they begin; the caller fills them before
  /// the next call.
  [[nodiscard]] char* Extend(std::size_t count) {
    const std::size_t needed = kHeadRoom + body_size_ + count;
    if (needed > bytes_.size()) Grow(needed);
    char* start = bytes_.data() + kHeadRoom + body_size_;
    body_size_ += count;
    dirty_ = std::max(dirty_, body_size_);
    return start;
  }
  /// Gives back the last `count` bytes of the body (of an `Extend` that asked for too much).
  void Shrink(std::size_t count) { body_size_ -= count; }

  [[nodiscard]] std::string_view body() const {
    return body_size_ == 0 ? std::string_view{}
                           : std::string_view(bytes_.data() + kHeadRoom, body_size_);
  }

  /// Puts `head` (at most kHeadRoom bytes) directly before the body and answers both as one run of
  /// bytes, valid until the next change.
  [[nodiscard]] std::string_view WithHead(std::string_view head) {
    if (bytes_.empty()) Grow(kHeadRoom);
    char* start = bytes_.data() + kHeadRoom - head.size();
    std::memcpy(start, head.data(), head.size());
    return {start, head.size() + body_size_};
  }

  /// Wipes and empties; keeps the memory unless it grew past `kKeep`.
  void Clear() {
    if (bytes_.empty()) return;
    ::explicit_bzero(bytes_.data() + kHeadRoom, dirty_);
    body_size_ = 0;
    dirty_ = 0;
    if (bytes_.size() > kKeep) bytes_ = {};
  }

 private:
  static constexpr std::size_t kKeep = std::size_t{256} * 1024;

  void Grow(std::size_t needed) {
    std::vector<char> larger(std::max(needed, 2 * bytes_.size() + 2048));
    if (!bytes_.empty()) {
      std::memcpy(larger.data(), bytes_.data(), bytes_.size());
      ::explicit_bzero(bytes_.data(), bytes_.size());
    }
    bytes_.swap(larger);
  }

  std::vector<char> bytes_;
  std::size_t body_size_ = 0;
  std::size_t dirty_ = 0;  // The most body bytes since the last wipe: what was shrunk away counts.
};

}  // namespace coffer::base
