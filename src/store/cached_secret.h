#pragma once

#include "coffer/clock.h"
#include "secrets/secret.h"
#include "store/secret_store.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace coffer::store {

/// A secret and some of its versions as the read cache keeps them: one run of bytes that a read
/// goes through from front to back. As objects spread over the heap they would take three times the
/// memory, and once there are many, a read would wait for some twenty cache misses instead of two
/// or three. This is a view: the bytes, which EncodeForCache made, must outlive it.
class CachedSecret {
 public:
  explicit CachedSecret(std::span<const std::byte> bytes) : bytes_(bytes) {}

  [[nodiscard]] bool IsAt(const secrets::SecretAddress& address) const;
  [[nodiscard]] std::int64_t secret_id() const;
  /// Whether this is `secret` in the same state: nothing stored about it differs.
  [[nodiscard]] bool IsStateOf(const secrets::Secret& secret) const;

  [[nodiscard]] secrets::Secret Secret() const;
  /// The version, if it was added.
  [[nodiscard]] std::optional<StoredVersion> FindVersion(std::string_view version_id) const;

 private:
  std::span<const std::byte> bytes_;
};

[[nodiscard]] std::vector<std::byte> EncodeForCache(const secrets::Secret& secret);
/// A version as it is added behind what is there of its secret.
[[nodiscard]] std::vector<std::byte> EncodeForCache(const StoredVersion& version);
/// Moves the dates of the secret and of the version (if it is here) forward to `day`.
void NoteAccessInCache(std::span<std::byte> bytes, std::string_view version_id, DayNumber day);

}  // namespace coffer::store
