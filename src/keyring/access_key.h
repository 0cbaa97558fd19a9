#pragma once

#include "coffer/random.h"
#include "coffer/secret_bytes.h"

#include <string>
#include <string_view>

namespace coffer::keyring {

/// A fresh access key, the secret part still in the clear.
struct NewAccessKey {
  std::string access_key_id;  ///< Its prefix and 16 characters of [A-Z2-7].
  SecretBytes secret;         ///< 40 characters of [A-Za-z0-9+/].
};
/// `prefix` is `AKIA` for a long-term key, `ASIA` for one of a session.
[[nodiscard]] NewAccessKey DrawAccessKey(Random& random, std::string_view prefix = "AKIA");

}  // namespace coffer::keyring
