#include "store/cache_memory.h"

#include <sys/mman.h>

namespace coffer::store {

namespace {

// A vault of some thousand secrets stays within this part, and its memory small.
constexpr std::size_t kSmallPagesBytes = 4 << 20;

std::span<std::byte> Reserve(std::size_t bytes) {
  void* const reserved = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (reserved == MAP_FAILED) return {};
  return {static_cast<std::byte*>(reserved), bytes};
}

}  // namespace

CacheMemory::CacheMemory(std::size_t bytes, std::size_t segment_bytes)
    : segment_bytes_(segment_bytes) {
  // Where the address space is limited, a smaller cache is better than no server.
  for (; reserved_.empty() && bytes >= segment_bytes; bytes /= 2) {
    reserved_ = Reserve(bytes - bytes % segment_bytes);
  }
  if (reserved_.size() > kSmallPagesBytes) {
    const auto large = reserved_.subspan(kSmallPagesBytes);
    madvise(large.data(), large.size(), MADV_HUGEPAGE);  // A wish: nothing depends on it.
  }
}

CacheMemory::~CacheMemory() {
  if (!reserved_.empty()) munmap(reserved_.data(), reserved_.size());
}

std::span<std::byte> CacheMemory::TakeSegment() {
  if (taken_.load(std::memory_order_relaxed) >= reserved_.size()) return {};
  const std::size_t at = taken_.fetch_add(segment_bytes_, std::memory_order_relaxed);
  if (at >= reserved_.size()) return {};
  return reserved_.subspan(at, segment_bytes_);
}

}  // namespace coffer::store
