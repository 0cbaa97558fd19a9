#pragma once

#include "net/memory_budget.h"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace coffer::net {

/// The bytes received on a connection and not consumed yet. They may hold secrets: whatever leaves
/// is wiped, on consumption, growth and destruction. Not thread-safe.
class InputBuffer {
 public:
  /// What is large is paid for from `budget`, which must outlive the buffer.
  explicit InputBuffer(MemoryBudget& budget) : budget_(budget) {}
  InputBuffer(const InputBuffer&) = delete;
  InputBuffer& operator=(const InputBuffer&) = delete;
  ~InputBuffer();

  [[nodiscard]] std::string_view bytes() const { return {memory_.data(), size_}; }

  /// Where the next bytes go. Grows (and so moves what is there) when full, up to `limit` bytes in
  /// all; empty only when `limit` bytes are held or the budget does not allow for more.
  [[nodiscard]] std::span<char> Room(std::size_t limit);
  /// `count` bytes were put into the room.
  void Commit(std::size_t count) { size_ += count; }
  /// Wipes the first `count` bytes, moves the rest to the front, gives large memory back.
  void Consume(std::size_t count);

 private:
  [[nodiscard]] bool Grow(std::size_t capacity);
  void Shrink();
  void Reallocate(std::size_t capacity);

  MemoryBudget& budget_;
  std::vector<char> memory_;
  std::size_t size_ = 0;
  std::size_t paid_ = 0;
};

}  // namespace coffer::net
