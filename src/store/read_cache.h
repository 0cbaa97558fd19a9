#pragma once

#include "coffer/clock.h"
#include "secrets/secret.h"
#include "store/cache_memory.h"
#include "store/cache_shard.h"
#include "store/secret_store.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string_view>
#include <unordered_map>

namespace coffer::store {

/// Committed secrets and their sealed versions in memory, up to a number of bytes; the coldest give
/// way. What it must never do is hand out a state that is older than a settled write:
///
/// - A writer blocks the secret's address before its commit can happen and unblocks it when the
///   outcome is settled. While blocked, an address has no entry and cannot get one.
/// - A reader that finds nothing takes a ticket before its snapshot begins. Every block makes the
///   tickets of its shard worthless, so a row from an older snapshot is not let in.
/// - Versions belong to one state of a secret (its id and generation), not to an address: every
///   stored change of a secret or its versions raises the generation.
///
/// Safe to call from any thread.
class ReadCache {
 public:
  /// Permission to insert what is read from a snapshot that begins later.
  using Ticket = std::uint64_t;

  struct Lookup {
    std::shared_ptr<const secrets::Secret> secret;  ///< Null when there is no entry.
    std::optional<Ticket> ticket;                   ///< Only then, and unless it is blocked.
  };

  explicit ReadCache(std::size_t capacity_bytes);

  [[nodiscard]] Lookup Find(const secrets::SecretAddress& address);
  void Insert(const secrets::Secret& secret, Ticket ticket);

  /// A version of `secret`, which must be what Find returned or Insert was given.
  [[nodiscard]] std::shared_ptr<const StoredVersion> FindVersion(const secrets::Secret& secret,
                                                                 std::string_view version_id);
  void InsertVersion(const secrets::Secret& secret, const StoredVersion& version);

  /// Names the block for Unblock. An address is free again when all its blocks are gone.
  using BlockId = std::size_t;
  [[nodiscard]] BlockId Block(const secrets::SecretAddress& address);
  void Unblock(BlockId block);

  /// The version was read on `day`: what is cached of it and its secret says so from now on.
  void NoteAccess(const secrets::Secret& secret, std::string_view version_id, DayNumber day);

  /// Bytes of all entries.
  [[nodiscard]] std::size_t size_bytes() const;

 private:
  static constexpr std::size_t kShardCount = 16;

  struct alignas(64) Shard {
    Shard(CacheMemory& memory, std::size_t max_segments) : entries(memory, max_segments) {}

    /// Shared for readers, who need it for a fraction of a microsecond: until they have made their
    /// own objects of an entry.
    mutable std::shared_mutex mutex;
    /// By the hash of the address. Of two addresses with one hash only one is kept: the other
    /// merely misses the cache.
    CacheShard entries;
    std::uint64_t changes = 0;
    /// How often addresses of a hash are blocked. Others of that hash merely miss the cache.
    std::unordered_map<std::size_t, int> blocked;
  };

  [[nodiscard]] Shard& ShardOf(std::size_t hash) { return shards_[hash % kShardCount]; }

  CacheMemory memory_;
  std::deque<Shard> shards_;
};

}  // namespace coffer::store
