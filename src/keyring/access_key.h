#pragma once

#include "coffer/random.h"
#include "coffer/secret_bytes.h"

#include <string>

namespace coffer::keyring {

/// A fresh access key, the secret part still in the clear.
struct NewAccessKey {
  std::string access_key_id;  ///< `AKIA` and 16 characters of [A-Z2-7].
  SecretBytes secret;         ///< 40 characters of [A-Za-z0-9+/].
};
[[nodiscard]] NewAccessKey DrawAccessKey(Random& random);

}  // namespace coffer::keyring
