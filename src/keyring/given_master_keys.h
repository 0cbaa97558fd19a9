#pragma once

#include "coffer/secret_bytes.h"
#include "keyring/master_key.h"

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace coffer::keyring {

/// Everything that the operator gives at start to open the data.
struct GivenMasterKeys {
  std::vector<GivenMasterKey> keys;
  /// Where a passphrase is the source; empty otherwise. The first answers that of a version of the
  /// master key, the second a new one, for new data. They may throw MasterKeyError.
  std::function<SecretBytes(std::uint32_t version)> passphrase_of;
  std::function<SecretBytes()> new_passphrase;

  /// One key, wherever it came from.
  [[nodiscard]] static GivenMasterKeys Of(SecretBytes key) {
    GivenMasterKeys given;
    given.keys.push_back({std::move(key), "key"});
    return given;
  }
};

}  // namespace coffer::keyring
