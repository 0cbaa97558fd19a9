#include "store/read_cache.h"

#include "store/cached_secret.h"

#include <algorithm>
#include <functional>
#include <mutex>
#include <utility>

namespace coffer::store {

namespace {

std::size_t Mix(std::size_t hash, std::string_view text) {
  const std::size_t mixed = (hash ^ std::hash<std::string_view>{}(text)) * 0x9E3779B97F4A7C15ULL;
  return mixed ^ mixed >> 32;
}

std::size_t HashOf(const secrets::SecretAddress& address) {
  return Mix(Mix(Mix(0, address.account), address.region), address.name);
}

// An entry is at most as large as a segment, and a shard has several of them. The largest secret
// (a value of 64 KiB, a policy of 20 KiB, tags and labels) fits into the largest.
std::size_t SegmentBytes(std::size_t shard_bytes) {
  constexpr std::size_t kLargest = 128 << 10;
  constexpr std::size_t kPage = 4 << 10;
  return std::clamp(shard_bytes / 4 / kPage * kPage, kPage, kLargest);
}

}  // namespace

ReadCache::ReadCache(std::size_t capacity_bytes)
    : memory_(capacity_bytes, SegmentBytes(capacity_bytes / kShardCount)) {
  const std::size_t segments = capacity_bytes / memory_.segment_bytes();
  for (std::size_t i = 0; i < kShardCount; ++i)
    shards_.emplace_back(memory_, segments / kShardCount);
}

ReadCache::Lookup ReadCache::Find(const secrets::SecretAddress& address) {
  const std::size_t hash = HashOf(address);
  const Shard& shard = ShardOf(hash);
  const std::shared_lock lock(shard.mutex);
  if (const auto entry = shard.entries.Find(hash); !entry.empty()) {
    const CachedSecret cached(entry);
    if (cached.IsAt(address)) return {std::make_shared<secrets::Secret>(cached.Secret()), {}};
  }
  if (shard.blocked.contains(hash)) return {};
  return {.secret = nullptr, .ticket = shard.changes};
}

void ReadCache::Insert(const secrets::Secret& secret, Ticket ticket) {
  const std::size_t hash = HashOf(secret.address);
  const std::vector<std::byte> encoded = EncodeForCache(secret);
  Shard& shard = ShardOf(hash);
  const std::unique_lock lock(shard.mutex);
  if (shard.changes != ticket || !shard.entries.Find(hash).empty()) return;
  shard.entries.Put(hash, encoded);
}

std::shared_ptr<const StoredVersion> ReadCache::FindVersion(const secrets::Secret& secret,
                                                            std::string_view version_id) {
  const std::size_t hash = HashOf(secret.address);
  const Shard& shard = ShardOf(hash);
  const std::shared_lock lock(shard.mutex);
  const auto entry = shard.entries.Find(hash);
  if (entry.empty() || !CachedSecret(entry).IsStateOf(secret)) return nullptr;
  std::optional<StoredVersion> version = CachedSecret(entry).FindVersion(version_id);
  return version ? std::make_shared<StoredVersion>(*std::move(version)) : nullptr;
}

void ReadCache::InsertVersion(const secrets::Secret& secret, const StoredVersion& version) {
  const std::size_t hash = HashOf(secret.address);
  const std::vector<std::byte> encoded = EncodeForCache(version);
  Shard& shard = ShardOf(hash);
  const std::unique_lock lock(shard.mutex);
  const auto entry = shard.entries.Find(hash);
  if (entry.empty() || !CachedSecret(entry).IsStateOf(secret)) return;
  if (CachedSecret(entry).FindVersion(version.version.id)) return;
  shard.entries.Extend(hash, encoded);
}

ReadCache::BlockId ReadCache::Block(const secrets::SecretAddress& address) {
  const std::size_t hash = HashOf(address);
  Shard& shard = ShardOf(hash);
  const std::unique_lock lock(shard.mutex);
  ++shard.blocked[hash];
  ++shard.changes;
  shard.entries.Erase(hash);
  return hash;
}

void ReadCache::Unblock(BlockId block) {
  Shard& shard = ShardOf(block);
  const std::unique_lock lock(shard.mutex);
  const auto found = shard.blocked.find(block);
  if (--found->second == 0) shard.blocked.erase(found);
}

void ReadCache::NoteAccess(const secrets::Secret& secret, std::string_view version_id,
                           DayNumber day) {
  const std::size_t hash = HashOf(secret.address);
  Shard& shard = ShardOf(hash);
  const std::unique_lock lock(shard.mutex);
  // Who is reading the row right now may not know of this access.
  ++shard.changes;
  const auto entry = shard.entries.FindToChange(hash);
  if (entry.empty() || CachedSecret(entry).secret_id() != secret.id) return;
  NoteAccessInCache(entry, version_id, day);
}

std::size_t ReadCache::size_bytes() const {
  std::size_t bytes = 0;
  for (const Shard& shard : shards_) {
    const std::shared_lock lock(shard.mutex);
    bytes += shard.entries.size_bytes();
  }
  return bytes;
}

}  // namespace coffer::store
