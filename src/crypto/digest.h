#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>

namespace coffer::crypto {

using Sha256Digest = std::array<std::byte, 32>;

/// SHA-256 (FIPS 180-4) of `data`.
[[nodiscard]] Sha256Digest Sha256(std::span<const std::byte> data);

/// SHA-256 of data that comes in pieces. Not thread-safe; reusable after `Finish()`.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(const Sha256Stream&) = delete;
  Sha256Stream& operator=(const Sha256Stream&) = delete;

  void Update(std::span<const std::byte> data);
  [[nodiscard]] Sha256Digest Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// An HMAC-SHA-256 key (RFC 2104) whose inner and outer hash states are computed once, so that a
/// MAC of a short message costs two compressions instead of four. As sensitive as the key; wiped on
/// destruction. `Sign` is safe to call from several threads at once.
class HmacKey {
 public:
  explicit HmacKey(std::span<const std::byte> key);
  HmacKey(HmacKey&&) noexcept;
  HmacKey& operator=(HmacKey&&) noexcept;
  ~HmacKey();

  [[nodiscard]] Sha256Digest Sign(std::span<const std::byte> message) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// One-shot HMAC-SHA-256.
[[nodiscard]] Sha256Digest HmacSha256(std::span<const std::byte> key,
                                      std::span<const std::byte> message);

/// HKDF-SHA-256 (RFC 5869), extract and expand; `out` at most 255 * 32 bytes.
void HkdfSha256(std::span<const std::byte> key, std::span<const std::byte> salt,
                std::span<const std::byte> info, std::span<std::byte> out);

/// Compares in time that depends on the lengths alone. The only way MACs and keys are compared.
[[nodiscard]] bool ConstantTimeEqual(std::span<const std::byte> a, std::span<const std::byte> b);

}  // namespace coffer::crypto
