#pragma once

#include "coffer/clock.h"
#include "secrets/secret.h"
#include "store/secret_store.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace coffer::store {

/// Committed secrets and their sealed versions in memory, up to a number of bytes; the coldest give
/// way. What it must never do is hand out a state that is older than a settled write:
///
/// - A writer blocks the secret's address before its commit can happen and unblocks it when the
///   outcome is settled. While blocked, an address has no entry and cannot get one.
/// - A reader that finds nothing takes a ticket before its snapshot begins. Every block makes the
///   tickets of its shard worthless, so a row from an older snapshot is not let in.
/// - Versions belong to one `Secret` object, not to an address: as long as that object is cached,
///   nothing about the secret has changed since it was let in.
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

  explicit ReadCache(std::size_t capacity_bytes) : shard_capacity_(capacity_bytes / kShardCount) {}

  [[nodiscard]] Lookup Find(const secrets::SecretAddress& address);
  void Insert(std::shared_ptr<const secrets::Secret> secret, Ticket ticket);

  /// A version of `secret`, which must be an object that Find returned or Insert was given.
  [[nodiscard]] std::shared_ptr<const StoredVersion> FindVersion(const secrets::Secret& secret,
                                                                 std::string_view version_id);
  void InsertVersion(const secrets::Secret& secret, std::shared_ptr<const StoredVersion> version);

  /// Names the block for Unblock. An address is free again when all its blocks are gone.
  using BlockId = std::size_t;
  [[nodiscard]] BlockId Block(const secrets::SecretAddress& address);
  void Unblock(BlockId block);

  /// The secret was read on `day`: what is cached of it says so from now on.
  void NoteAccess(const secrets::Secret& secret, DayNumber day);

  /// Bytes held now, as estimated.
  [[nodiscard]] std::size_t size_bytes() const;

 private:
  static constexpr std::size_t kShardCount = 64;

  struct Entry {
    std::shared_ptr<const secrets::Secret> secret;
    std::vector<std::shared_ptr<const StoredVersion>> versions;
    std::size_t bytes = 0;
    bool was_used = false;  ///< Since eviction last looked at it.
  };
  using Entries = std::list<Entry>;

  /// An address with its hash, so that nothing is computed under a lock.
  struct Key {
    explicit Key(const secrets::SecretAddress& of);

    const secrets::SecretAddress& address;
    std::size_t hash;
  };
  /// Hashes are kept in the index itself: to look at an entry's own would cost a cache miss for
  /// each neighbour in its bucket.
  struct Identity {
    std::size_t operator()(std::size_t hash) const { return hash; }
  };
  using Index = std::unordered_multimap<std::size_t, Entries::iterator, Identity>;

  struct alignas(64) Shard {
    mutable std::mutex entries_mutex;
    Entries entries;  ///< The next one to give way at the front.
    Index index;
    std::size_t bytes = 0;
    std::uint64_t changes = 0;
    /// How often addresses of a hash are blocked. Others of that hash merely miss the cache.
    std::unordered_map<std::size_t, int> blocked;

    Index::iterator Locate(const Key& key);
    Entry* Find(const Key& key);
    void Erase(Entries::iterator entry);
    void Evict(std::size_t capacity);
  };

  [[nodiscard]] Shard& ShardOf(std::size_t hash) { return shards_[hash % kShardCount]; }

  std::size_t shard_capacity_;
  std::array<Shard, kShardCount> shards_;
};

}  // namespace coffer::store
