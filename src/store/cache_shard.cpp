#include "store/cache_shard.h"

#include <algorithm>
#include <atomic>
#include <new>
#include <utility>
#include <vector>

namespace coffer::store {

/// Stands before the bytes of an entry.
struct CacheShard::Entry {
  std::size_t hash;
  std::uint32_t size;  ///< Of the bytes.
  bool is_live;        ///< Whether the index points here.
  bool was_used;

  static std::size_t Stride(std::size_t size) {
    constexpr std::size_t kAlignment = alignof(Entry);
    return sizeof(Entry) + (size + kAlignment - 1) / kAlignment * kAlignment;
  }
  [[nodiscard]] std::size_t stride() const { return Stride(size); }
  [[nodiscard]] std::byte* begin() { return reinterpret_cast<std::byte*>(this); }
  [[nodiscard]] std::span<std::byte> bytes() { return {begin() + sizeof(Entry), size}; }
};

namespace {

// Lets the cache lines of an entry be fetched together: most entries are not larger.
void Prefetch(const void* entry) {
  constexpr std::size_t kLine = 64;
  constexpr std::size_t kLines = 10;
  for (std::size_t line = 0; line < kLines; ++line) {
    __builtin_prefetch(static_cast<const std::byte*>(entry) + line * kLine);
  }
}

}  // namespace

std::span<const std::byte> CacheShard::Find(std::size_t hash) const {
  const auto found = index_.find(hash);
  if (found == index_.end()) return {};
  Entry& entry = *found->second;
  Prefetch(&entry);
  const std::atomic_ref was_used(entry.was_used);
  if (!was_used.load(std::memory_order_relaxed)) was_used.store(true, std::memory_order_relaxed);
  return entry.bytes();
}

std::span<std::byte> CacheShard::FindToChange(std::size_t hash) {
  const auto found = index_.find(hash);
  return found == index_.end() ? std::span<std::byte>() : found->second->bytes();
}

void CacheShard::Put(std::size_t hash, std::span<const std::byte> bytes) {
  Erase(hash);
  if (MakeRoom(Entry::Stride(bytes.size()))) Append(hash, bytes);
}

void CacheShard::Extend(std::size_t hash, std::span<const std::byte> bytes) {
  const auto found = index_.find(hash);
  if (found == index_.end()) return;
  Entry& entry = *found->second;
  std::vector<std::byte> extended(entry.bytes().begin(), entry.bytes().end());
  extended.insert(extended.end(), bytes.begin(), bytes.end());
  Segment& newest = segments_.back();
  const bool is_last = entry.begin() + entry.stride() == newest.memory.data() + newest.filled;
  Erase(hash);
  if (is_last) newest.filled -= Entry::Stride(extended.size() - bytes.size());  // Grows in place.
  Put(hash, extended);
}

void CacheShard::Erase(std::size_t hash) {
  const auto found = index_.find(hash);
  if (found == index_.end()) return;
  found->second->is_live = false;
  live_bytes_ -= found->second->stride();
  index_.erase(found);
}

// There is room for it.
void CacheShard::Append(std::size_t hash, std::span<const std::byte> bytes) {
  Segment& newest = segments_.back();
  auto* const entry = new (newest.memory.data() + newest.filled)
      Entry{.hash = hash,
            .size = static_cast<std::uint32_t>(bytes.size()),
            .is_live = true,
            .was_used = false};
  std::ranges::copy(bytes, entry->bytes().begin());
  newest.filled += entry->stride();
  live_bytes_ += entry->stride();
  index_.insert_or_assign(hash, entry);
}

// Where most of what is held are former entries, segments are rid of them, a few at a time. Only
// otherwise more memory is taken, or entries give way: half of a segment at least, so that the work
// is bounded.
bool CacheShard::MakeRoom(std::size_t bytes) {
  constexpr int kCleanings = 4;
  const std::size_t segment_bytes = memory_.segment_bytes();
  if (bytes > segment_bytes) return false;
  const auto has_room = [&] {
    return !segments_.empty() && segments_.back().filled + bytes <= segment_bytes;
  };
  const auto is_sparse = [&] {
    return segments_.size() > 1 && live_bytes_ < segments_.size() * segment_bytes / 2;
  };
  for (int i = 0; i < kCleanings && !has_room() && is_sparse(); ++i) {
    RecycleOldest(Keep::kAll, segment_bytes);
  }
  if (!has_room() && !OpenSegment() && !segments_.empty()) {
    RecycleOldest(Keep::kUsed, std::min(segment_bytes / 2, segment_bytes - bytes));
  }
  return has_room();
}

bool CacheShard::OpenSegment() {
  if (segments_.size() >= max_segments_) return false;
  const std::span<std::byte> memory = memory_.TakeSegment();
  if (memory.empty()) return false;
  segments_.push_back({.memory = memory, .filled = 0});
  return true;
}

// Makes the newest segment of the oldest, with at most `most_bytes` of its entries.
void CacheShard::RecycleOldest(Keep keep, std::size_t most_bytes) {
  const auto [memory, filled] = segments_.front();
  std::vector<std::byte> former(memory.data(), memory.data() + filled);
  segments_.pop_front();
  segments_.push_back({.memory = memory, .filled = 0});
  for (std::size_t at = 0; at < former.size();) {
    Entry& entry = *std::launder(reinterpret_cast<Entry*>(&former[at]));
    at += entry.stride();
    if (!entry.is_live) continue;
    live_bytes_ -= entry.stride();
    const bool fits = segments_.back().filled + entry.stride() <= most_bytes;
    if (fits && (keep == Keep::kAll || entry.was_used)) {
      Append(entry.hash, entry.bytes());
    } else {
      index_.erase(entry.hash);
    }
  }
}

}  // namespace coffer::store
