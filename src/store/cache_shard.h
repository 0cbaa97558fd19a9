#pragma once

#include "store/cache_memory.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

namespace coffer::store {

/// A part of the read cache: entries of bytes by the hash of what they are about, of which the
/// coldest give way. They are kept as a log: new ones are appended to the newest segment, and when
/// there is no room, the oldest segment is emptied and becomes the newest; entries that were used
/// since they were written go along, the others are dropped. So nothing is fragmented, and the
/// bound holds whatever the sizes are.
/// Find may be called beside Find; everything else by one thread alone.
class CacheShard {
 public:
  /// `memory` must outlive the shard.
  CacheShard(CacheMemory& memory, std::size_t max_segments)
      : memory_(memory), max_segments_(max_segments) {}

  /// The entry, which counts as used now; empty when there is none. Valid until the next change.
  [[nodiscard]] std::span<const std::byte> Find(std::size_t hash) const;
  /// As Find, but not as a use; the bytes may be changed.
  [[nodiscard]] std::span<std::byte> FindToChange(std::size_t hash);

  /// Puts an entry in place of the one that is there, if any. One that is larger than a segment is
  /// left out.
  void Put(std::size_t hash, std::span<const std::byte> bytes);
  /// Adds to the end of an entry, if it is there.
  void Extend(std::size_t hash, std::span<const std::byte> bytes);
  void Erase(std::size_t hash);

  /// What the entries take; beside them there is what became of former ones.
  [[nodiscard]] std::size_t size_bytes() const { return live_bytes_; }

 private:
  struct Entry;
  struct Identity {
    std::size_t operator()(std::size_t hash) const { return hash; }
  };

  struct Segment {
    std::span<std::byte> memory;
    std::size_t filled = 0;  ///< Bytes, from the beginning, that hold present or former entries.
  };
  enum class Keep : std::uint8_t { kAll, kUsed };

  bool MakeRoom(std::size_t bytes);
  bool OpenSegment();
  void RecycleOldest(Keep keep, std::size_t most_bytes);
  void Append(std::size_t hash, std::span<const std::byte> bytes);

  CacheMemory& memory_;
  std::size_t max_segments_;
  std::deque<Segment> segments_;  ///< Oldest first; entries are added to the last one.
  std::size_t live_bytes_ = 0;
  boost::unordered_flat_map<std::size_t, Entry*, Identity> index_;
};

}  // namespace coffer::store
