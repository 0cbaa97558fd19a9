#pragma once

#include "coffer/secret_bytes.h"
#include "crypto/digest.h"
#include "sigv4/credential_scope.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::sigv4 {

/// The key of one access key for one day, region and service: the HMAC chain
/// of Signature Version 4.
[[nodiscard]] crypto::HmacKey DeriveSigningKey(const SecretBytes& secret_access_key,
                                               const CredentialScope& scope);

/// A derived key and whose it is.
struct SigningKey {
  crypto::HmacKey key;
  std::string account;
  std::string principal_arn;
};

/// Remembers derived keys, because deriving one costs more than all the rest of a verification. A
/// fixed number of them, the least recently used of a set makes room; keys are wiped when the last
/// user lets go of them. Safe to call from any thread.
class SigningKeyCache {
 public:
  SigningKeyCache() = default;
  SigningKeyCache(const SigningKeyCache&) = delete;
  SigningKeyCache& operator=(const SigningKeyCache&) = delete;

  /// The key stored for that Credential parameter at that generation of its access key, or null.
  [[nodiscard]] std::shared_ptr<const SigningKey> Find(std::string_view credential,
                                                       std::uint64_t generation);

  /// Stores `key`. One of another generation of the same credential is forgotten.
  void Insert(std::string_view credential, std::uint64_t generation,
              std::shared_ptr<const SigningKey> key);

  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kSets = 1024;
  static constexpr std::size_t kKeysOfASet = 4;

 private:
  struct Entry {
    std::string credential;
    std::uint64_t generation = 0;
    std::uint64_t last_use = 0;
    // Shared, because a verification may still use a key that another thread replaces.
    std::shared_ptr<const SigningKey> key;
  };
  using Set = std::array<Entry, kKeysOfASet>;

  /// What a thread uses, near enough, alone: the lock is hardly ever waited for.
  struct Shard {
    std::mutex sets_mutex;
    std::uint64_t uses = 0;
    std::vector<Set> sets;  ///< kSets of them once there is a key to keep.
  };

  [[nodiscard]] Shard& ShardOfThisThread();
  [[nodiscard]] static Set& SetOf(Shard& shard, std::string_view credential);

  std::array<Shard, kShards> shards_;
};

}  // namespace coffer::sigv4
