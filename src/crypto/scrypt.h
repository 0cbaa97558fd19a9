#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace coffer::crypto {

/// The cost of scrypt: `n` (a power of two) and `r` set the memory, 128 * n * r bytes, `p` the
/// repetitions. The defaults take 128 MiB and about half a second.
struct ScryptCost {
  std::uint64_t n = std::uint64_t{1} << 17;
  std::uint64_t r = 8;
  std::uint64_t p = 1;
};

/// Derives a key from a passphrase (RFC 7914): slow and hungry for memory on purpose, so that a
/// passphrase cannot be guessed by the million. Throws CryptoError when there is not the memory.
void Scrypt(std::span<const std::byte> passphrase, std::span<const std::byte> salt,
            const ScryptCost& cost, std::span<std::byte> out);

}  // namespace coffer::crypto
