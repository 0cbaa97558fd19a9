#pragma once

#include "coffer/random.h"

namespace coffer::crypto {

/// OpenSSL's DRBG, seeded by the kernel. Throws CryptoError when it cannot deliver.
class SystemRandom final : public Random {
 public:
  void Fill(std::span<std::byte> out) override;
};

}  // namespace coffer::crypto
