#include "net/input_buffer.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace coffer::net {
namespace {

constexpr std::size_t kFirstCapacity = std::size_t{4} * 1024;
constexpr std::size_t kKeep = std::size_t{16} * 1024;  // Every connection may; free of charge.

}  // namespace

InputBuffer::~InputBuffer() {
  if (size_ > 0) ::explicit_bzero(memory_.data(), size_);
  budget_.GiveBack(paid_);
}

std::span<char> InputBuffer::Room(std::size_t limit) {
  if (size_ == memory_.size()) {
    const std::size_t larger = std::min(std::max(2 * memory_.size(), kFirstCapacity), limit);
    if (larger > memory_.size() && !Grow(larger)) return {};
  }
  return {memory_.data() + size_, memory_.size() - size_};
}

void InputBuffer::Consume(std::size_t count) {
  char* start = memory_.data();
  const std::size_t rest = size_ - count;
  if (rest > 0) std::memmove(start, start + count, rest);
  if (count > 0) ::explicit_bzero(start + rest, count);
  size_ = rest;
  if (memory_.size() > kKeep && rest <= kFirstCapacity) Shrink();
}

bool InputBuffer::Grow(std::size_t capacity) {
  if (capacity > kKeep) {
    if (!budget_.Take(capacity - paid_)) return false;
    paid_ = capacity;
  }
  Reallocate(capacity);
  return true;
}

void InputBuffer::Shrink() {
  Reallocate(kFirstCapacity);
  budget_.GiveBack(std::exchange(paid_, 0));
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
