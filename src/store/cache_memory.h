#pragma once

#include <atomic>
#include <cstddef>
#include <span>

namespace coffer::store {

/// Memory of the read cache: one reservation of address space, handed out in segments of equal size
/// and freed as a whole. What has not been handed out costs nothing. It is kept apart from the
/// heap, whose small and short-lived blocks would otherwise be spread over all that is cached, and
/// behind its first part the kernel is asked for huge pages: with 4 KiB pages, page walks would
/// cost a read of a large cache more than the misses themselves.
/// Safe to call from any thread but for construction and destruction.
class CacheMemory {
 public:
  /// `bytes` is rounded down to segments; less when the process may not reserve so much.
  CacheMemory(std::size_t bytes, std::size_t segment_bytes);
  ~CacheMemory();
  CacheMemory(const CacheMemory&) = delete;
  CacheMemory& operator=(const CacheMemory&) = delete;

  /// Empty when everything has been handed out.
  [[nodiscard]] std::span<std::byte> TakeSegment();
  [[nodiscard]] std::size_t segment_bytes() const { return segment_bytes_; }

 private:
  std::size_t segment_bytes_;
  std::span<std::byte> reserved_;
  std::atomic<std::size_t> taken_ = 0;  ///< Bytes; may run past the end.
};

}  // namespace coffer::store
