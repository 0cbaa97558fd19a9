#include "sigv4/signing_key.h"

#include "base/encoding.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <functional>
#include <utility>

namespace coffer::sigv4 {

crypto::HmacKey DeriveSigningKey(const SecretBytes& secret_access_key,
                                 const CredentialScope& scope) {
  constexpr std::string_view kPrefix = "AWS4";
  SecretBytes key(kPrefix.size() + secret_access_key.size());
  std::ranges::copy(base::AsBytes(kPrefix), key.ExposeWritable().begin());
  std::ranges::copy(secret_access_key.Expose(),
                    key.ExposeWritable().subspan(kPrefix.size()).begin());
  for (const std::string_view message : {scope.date, scope.region, scope.service, kTerminator}) {
    crypto::Sha256Digest next = crypto::HmacSha256(key.Expose(), base::AsBytes(message));
    key = SecretBytes(next);
    ::explicit_bzero(next.data(), next.size());
  }
  return crypto::HmacKey(key.Expose());
}

std::shared_ptr<const SigningKey> SigningKeyCache::Find(std::string_view credential,
                                                        std::uint64_t generation) {
  Shard& shard = ShardOfThisThread();
  const std::scoped_lock lock(shard.sets_mutex);
  if (shard.sets.empty()) return nullptr;
  for (Entry& entry : SetOf(shard, credential)) {
    if (entry.generation == generation && entry.credential == credential) {
      entry.last_use = ++shard.uses;
      return entry.key;
    }
  }
  return nullptr;
}

void SigningKeyCache::Insert(std::string_view credential, std::uint64_t generation,
                             std::shared_ptr<const SigningKey> key) {
  Shard& shard = ShardOfThisThread();
  const std::scoped_lock lock(shard.sets_mutex);
  if (shard.sets.empty()) shard.sets.resize(kSets);
  Set& set = SetOf(shard, credential);
  auto place = std::ranges::find(set, credential, &Entry::credential);
  if (place == set.end()) place = std::ranges::min_element(set, {}, &Entry::last_use);
  *place = Entry{.credential = std::string(credential),
                 .generation = generation,
                 .last_use = ++shard.uses,
                 .key = std::move(key)};
}

SigningKeyCache::Shard& SigningKeyCache::ShardOfThisThread() {
  static constinit std::atomic<std::size_t> threads = 0;
  thread_local const std::size_t kNumber = threads.fetch_add(1, std::memory_order_relaxed);
  return shards_[kNumber % kShards];
}

SigningKeyCache::Set& SigningKeyCache::SetOf(Shard& shard, std::string_view credential) {
  return shard.sets[std::hash<std::string_view>{}(credential) % kSets];
}

}  // namespace coffer::sigv4
