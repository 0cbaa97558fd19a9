#include "crypto/scrypt.h"

#include "crypto/crypto_error.h"
#include "crypto/openssl_handles.h"

namespace coffer::crypto {

void Scrypt(std::span<const std::byte> passphrase, std::span<const std::byte> salt,
            const ScryptCost& cost, std::span<std::byte> out) {
  // OpenSSL's own bound of 32 MiB is below the cost that is usual today. What it counts beside the
  // large table is 128 * r * (p + 2) bytes and a little.
  constexpr std::uint64_t kSpare = std::uint64_t{1} << 20;
  const std::uint64_t memory = 128 * cost.r * (cost.n + cost.p + 2) + kSpare;
  const std::span<const char> text(reinterpret_cast<const char*>(passphrase.data()),
                                   passphrase.size());
  Check(EVP_PBE_scrypt(text.data(), text.size(), Input(salt), salt.size(), cost.n, cost.r, cost.p,
                       memory, Output(out), out.size()),
        "scrypt failed: it needs 128 MiB of memory for a moment");
}

}  // namespace coffer::crypto
