#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace coffer::net {

/// The bytes received on a connection and not consumed yet. They may hold secrets: whatever leaves
/// is wiped, on consumption, growth and destruction. Not thread-safe.
class InputBuffer {
 public:
  InputBuffer() = default;
  InputBuffer(const InputBuffer&) = delete;
  InputBuffer& operator=(const InputBuffer&) = delete;
  ~InputBuffer();

  [[nodiscard]] std::string_view bytes() const { return {memory_.data(), size_}; }

  /// Where the next bytes go. Grows (and so moves what is there) when full, up to `limit` bytes in
  /// all; empty only when `limit` bytes are held.
  [[nodiscard]] std::span<char> Room(std::size_t limit);
  /// `count` bytes were put into the room.
  void Commit(std::size_t count) { size_ += count; }
  /// Wipes the first `count` bytes, moves the rest to the front, gives large memory back.
  void Consume(std::size_t count);

 private:
  void Reallocate(std::size_t capacity);

  std::vector<char> memory_;
  std::size_t size_ = 0;
};

}  // namespace coffer::net
