#include "store/read_cache.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace coffer::store {

namespace {

// What malloc adds to a block, and what list, index and shared_ptr add to an entry.
constexpr std::size_t kBlockBytes = 16;
constexpr std::size_t kControlBytes = 16 + kBlockBytes;
constexpr std::size_t kMapNodeBytes = 32 + kBlockBytes;
constexpr std::size_t kEntryBytes = 16 + kBlockBytes + 32 + kBlockBytes;

std::size_t HeapBytes(const std::string& text) {
  const bool is_inline = text.capacity() <= std::string().capacity();
  return is_inline ? 0 : text.capacity() + 1 + kBlockBytes;
}

std::size_t HeapBytes(const std::optional<std::string>& text) {
  return text ? HeapBytes(*text) : 0;
}

std::size_t HeapBytes(const secrets::Secret& secret) {
  std::size_t bytes = sizeof(secret) + kControlBytes + HeapBytes(secret.address.account) +
                      HeapBytes(secret.address.region) + HeapBytes(secret.address.name);
  for (const auto* text :
       {&secret.description, &secret.kms_key_id, &secret.type, &secret.owning_service,
        &secret.primary_region, &secret.resource_policy}) {
    bytes += HeapBytes(*text);
  }
  if (secret.tags) {
    bytes += secret.tags->capacity() * sizeof(secrets::Tag) + kBlockBytes;
    for (const secrets::Tag& tag : *secret.tags) bytes += HeapBytes(tag.key) + HeapBytes(tag.value);
  }
  for (const auto& holder : secret.labels.holders()) {
    bytes += kMapNodeBytes + sizeof(holder) + HeapBytes(holder.first) + HeapBytes(holder.second);
  }
  return bytes;
}

std::size_t HeapBytes(const StoredVersion& version) {
  std::size_t bytes = sizeof(version) + kControlBytes + HeapBytes(version.version.id);
  if (version.value) {
    bytes += version.value->wrapped_data_key.capacity() + version.value->record.capacity() +
             2 * kBlockBytes;
  }
  return bytes + sizeof(std::shared_ptr<const StoredVersion>);
}

std::size_t Mix(std::size_t hash, std::string_view text) {
  const std::size_t mixed = (hash ^ std::hash<std::string_view>{}(text)) * 0x9E3779B97F4A7C15ULL;
  return mixed ^ mixed >> 32;
}

}  // namespace

ReadCache::Key::Key(const secrets::SecretAddress& of)
    : address(of), hash(Mix(Mix(Mix(0, of.account), of.region), of.name)) {}

ReadCache::Index::iterator ReadCache::Shard::Locate(const Key& key) {
  auto candidate = index.find(key.hash);
  while (candidate != index.end() && candidate->first == key.hash) {
    if (candidate->second->secret->address == key.address) return candidate;
    ++candidate;
  }
  return index.end();
}

ReadCache::Entry* ReadCache::Shard::Find(const Key& key) {
  const auto found = Locate(key);
  return found == index.end() ? nullptr : &*found->second;
}

void ReadCache::Shard::Erase(Entries::iterator entry) {
  bytes -= entry->bytes;
  index.erase(Locate(Key(entry->secret->address)));
  entries.erase(entry);
}

void ReadCache::Shard::Evict(std::size_t capacity) {
  while (bytes > capacity && !entries.empty()) {
    const auto oldest = entries.begin();
    if (std::exchange(oldest->was_used, false)) {
      entries.splice(entries.end(), entries, oldest);  // A second chance.
    } else {
      Erase(oldest);
    }
  }
}

ReadCache::Lookup ReadCache::Find(const secrets::SecretAddress& address) {
  const Key key(address);
  Shard& shard = ShardOf(key.hash);
  const std::scoped_lock lock(shard.entries_mutex);
  if (Entry* entry = shard.Find(key)) {
    entry->was_used = true;
    return {.secret = entry->secret, .ticket = std::nullopt};
  }
  if (shard.blocked.contains(key.hash)) return {};
  return {.secret = nullptr, .ticket = shard.changes};
}

void ReadCache::Insert(std::shared_ptr<const secrets::Secret> secret, Ticket ticket) {
  const Key key(secret->address);
  const std::size_t bytes = sizeof(Entry) + kEntryBytes + HeapBytes(*secret);
  if (bytes > shard_capacity_) return;
  Shard& shard = ShardOf(key.hash);
  const std::scoped_lock lock(shard.entries_mutex);
  if (shard.changes != ticket || shard.Find(key) != nullptr) return;
  shard.entries.push_back({.secret = std::move(secret), .versions = {}, .bytes = bytes});
  shard.index.emplace(key.hash, std::prev(shard.entries.end()));
  shard.bytes += bytes;
  shard.Evict(shard_capacity_);
}

std::shared_ptr<const StoredVersion> ReadCache::FindVersion(const secrets::Secret& secret,
                                                            std::string_view version_id) {
  const Key key(secret.address);
  Shard& shard = ShardOf(key.hash);
  const std::scoped_lock lock(shard.entries_mutex);
  const Entry* entry = shard.Find(key);
  if (entry == nullptr || entry->secret.get() != &secret) return nullptr;
  for (const auto& cached : entry->versions) {
    if (cached->version.id == version_id) return cached;
  }
  return nullptr;
}

void ReadCache::InsertVersion(const secrets::Secret& secret,
                              std::shared_ptr<const StoredVersion> version) {
  const Key key(secret.address);
  const std::size_t bytes = HeapBytes(*version);
  Shard& shard = ShardOf(key.hash);
  const std::scoped_lock lock(shard.entries_mutex);
  Entry* entry = shard.Find(key);
  if (entry == nullptr || entry->secret.get() != &secret) return;
  const auto is_same = [&](const auto& cached) {
    return cached->version.id == version->version.id;
  };
  if (std::ranges::any_of(entry->versions, is_same)) return;
  if (entry->bytes + bytes > shard_capacity_) return;
  entry->versions.reserve(entry->versions.size() + 1);  // Not one byte more: entries are many.
  entry->versions.push_back(std::move(version));
  entry->bytes += bytes;
  shard.bytes += bytes;
  shard.Evict(shard_capacity_);
}

ReadCache::BlockId ReadCache::Block(const secrets::SecretAddress& address) {
  const Key key(address);
  Shard& shard = ShardOf(key.hash);
  const std::scoped_lock lock(shard.entries_mutex);
  ++shard.blocked[key.hash];
  ++shard.changes;
  if (const auto found = shard.Locate(key); found != shard.index.end()) {
    shard.Erase(found->second);
  }
  return key.hash;
}

void ReadCache::Unblock(BlockId block) {
  Shard& shard = ShardOf(block);
  const std::scoped_lock lock(shard.entries_mutex);
  const auto found = shard.blocked.find(block);
  if (--found->second == 0) shard.blocked.erase(found);
}

void ReadCache::NoteAccess(const secrets::Secret& secret, DayNumber day) {
  const Key key(secret.address);
  Shard& shard = ShardOf(key.hash);
  const std::scoped_lock lock(shard.entries_mutex);
  // Who is reading the row right now may not know of this access.
  ++shard.changes;
  Entry* entry = shard.Find(key);
  if (entry == nullptr || entry->secret->id != secret.id) return;
  if (entry->secret->last_accessed.value_or(kNeverAccessed) >= day) return;
  auto accessed = std::make_shared<secrets::Secret>(*entry->secret);
  accessed->last_accessed = day;
  entry->secret = std::move(accessed);
}

std::size_t ReadCache::size_bytes() const {
  std::size_t bytes = 0;
  for (const Shard& shard : shards_) {
    const std::scoped_lock lock(shard.entries_mutex);
    bytes += shard.bytes;
  }
  return bytes;
}

}  // namespace coffer::store
