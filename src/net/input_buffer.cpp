#include "net/input_buffer.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace coffer::net {
namespace {

constexpr std::size_t kFirstCapacity = std::size_t{4} * 1024;
constexpr std::size_t kKeep = std::size_t{16} * 1024;

}  // namespace

InputBuffer::~InputBuffer() {
  if (size_ > 0) ::explicit_bzero(memory_.data(), size_);
}

std::span<char> InputBuffer::Room(std::size_t limit) {
  if (size_ == memory_.size()) {
    const std::size_t larger = std::min(std::max(2 * memory_.size(), kFirstCapacity), limit);
    if (larger > memory_.size()) Reallocate(larger);
  }
  return {memory_.data() + size_, memory_.size() - size_};
}

void InputBuffer::Consume(std::size_t count) {
  char* start = memory_.data();
  const std::size_t rest = size_ - count;
  if (rest > 0) std::memmove(start, start + count, rest);
  if (count > 0) ::explicit_bzero(start + rest, count);
  size_ = rest;
  if (memory_.size() > kKeep && rest <= kFirstCapacity) Reallocate(kFirstCapacity);
}

void InputBuffer::Reallocate(std::size_t capacity) {
  std::vector<char> memory(capacity);
  if (size_ > 0) {
    std::memcpy(memory.data(), memory_.data(), size_);
    ::explicit_bzero(memory_.data(), size_);
  }
  memory_ = std::move(memory);
}

}  // namespace coffer::net
