#pragma once

#include "coffer/random.h"
#include "coffer/secret_bytes.h"

#include <cstddef>
#include <memory>
#include <span>

namespace coffer::crypto {

inline constexpr std::size_t kAeadKeySize = 32;
inline constexpr std::size_t kAeadNonceSize = 12;
inline constexpr std::size_t kAeadTagSize = 16;
/// What sealing adds to a plaintext: nonce before, tag behind.
inline constexpr std::size_t kAeadOverhead = kAeadNonceSize + kAeadTagSize;

/// AES-256-GCM (NIST SP 800-38D) under one key, scheduled once. A fresh random nonce is drawn for
/// each sealing and is never a parameter, so it cannot be repeated by a caller; with random 96-bit
/// nonces one key may seal up to 2^32 messages (SP 800-38D §8.3).
/// Guarantees secrecy of the plaintext and authenticity of plaintext and associated data; not
/// secrecy of the associated data or of lengths. Safe to use from several threads at once.
class Aead {
 public:
  /// `key` is kAeadKeySize bytes.
  explicit Aead(std::span<const std::byte> key);
  Aead(Aead&&) noexcept;
  Aead& operator=(Aead&&) noexcept;
  ~Aead();

  /// Writes nonce ‖ ciphertext ‖ tag, plaintext.size() + kAeadOverhead bytes, to `out`.
  void Seal(Random& random, std::span<const std::byte> associated_data,
            std::span<const std::byte> plaintext, std::span<std::byte> out) const;

  /// Opens what Seal wrote into `plaintext`, sealed.size() - kAeadOverhead bytes. False, and
  /// `plaintext` wiped, when key, associated data or any byte differs.
  [[nodiscard]] bool Open(std::span<const std::byte> associated_data,
                          std::span<const std::byte> sealed, std::span<std::byte> plaintext) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Opens one message under a key that is used only this once (a data key): as Aead::Open, without
/// keeping anything.
[[nodiscard]] bool OpenOnce(std::span<const std::byte> key,
                            std::span<const std::byte> associated_data,
                            std::span<const std::byte> sealed, std::span<std::byte> plaintext);
/// Seals one message under a key that is used only this once.
void SealOnce(std::span<const std::byte> key, Random& random,
              std::span<const std::byte> associated_data, std::span<const std::byte> plaintext,
              std::span<std::byte> out);

}  // namespace coffer::crypto
