#include "net/input_buffer.h"

#include <algorithm>
#include <cstring>

namespace coffer::net {
namespace {

constexpr std::size_t kFirstCapacity = std::size_t{4} * 1024;
constexpr std::size_t kKeep = std::size_t{16} * 1024;

}  // namespace

InputBuffer::~InputBuffer() {
  if (size_ > 0) ::explicit_bzero(memory_.get(), size_);
}

std::span<char> InputBuffer::Room(std::size_t limit) {
  if (size_ == capacity_) {
    const std::size_t doubled = std::max(2 * capacity_, kFirstCapacity);
    if (std::min(doubled, limit) > capacity_) Reallocate(std::min(doubled, limit));
  }
  return {memory_.get() + size_, capacity_ - size_};
}

void InputBuffer::Consume(std::size_t count) {
  char* start = memory_.get();
  const std::size_t rest = size_ - count;
  if (rest > 0) std::memmove(start, start + count, rest);
  if (count > 0) ::explicit_bzero(start + rest, count);
  size_ = rest;
  if (capacity_ > kKeep && rest <= kFirstCapacity) Reallocate(kFirstCapacity);
}

void InputBuffer::Reallocate(std::size_t capacity) {
  auto memory = std::make_unique_for_overwrite<char[]>(capacity);
  if (size_ > 0) {
    std::memcpy(memory.get(), memory_.get(), size_);
    ::explicit_bzero(memory_.get(), size_);
  }
  memory_ = std::move(memory);
  capacity_ = capacity;
}

}  // namespace coffer::net
