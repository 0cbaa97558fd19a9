#include "crypto/system_random.h"

#include "crypto/openssl_handles.h"

#include <openssl/rand.h>

#include <limits>

namespace coffer::crypto {

void SystemRandom::Fill(std::span<std::byte> out) {
  Check(out.size() <= std::numeric_limits<int>::max(), "too many random bytes asked for");
  Check(RAND_bytes(Output(out), static_cast<int>(out.size())), "no random bytes");
}

}  // namespace coffer::crypto
