#pragma once

#include "coffer/random.h"
#include "coffer/result.h"
#include "coffer/secret_bytes.h"
#include "keyring/keyring.h"
#include "secrets/secret.h"
#include "store/secret_store.h"

#include <cstdint>
#include <string_view>

namespace coffer::keyring {

enum class ValueKind : std::uint8_t { kText = 1, kBinary = 2 };

/// A plaintext value.
struct Value {
  ValueKind kind = ValueKind::kText;
  SecretBytes bytes;
};

/// Whether two values are the same, kind and bytes, compared in constant time.
[[nodiscard]] bool SameValue(const Value& a, const Value& b);

/// Seals and opens the values of secrets: a fresh data key for each version, wrapped by the
/// account's key-encryption key; both bound to installation, account, region, secret ARN, version
/// and key, so that no record opens in another place. Stateless; safe from any thread.
class Envelope {
 public:
  Envelope(Keyring& keyring, Random& random) : keyring_(keyring), random_(random) {}

  [[nodiscard]] store::SealedValue Seal(const secrets::Secret& secret, std::string_view version_id,
                                        const UsableKey& key, const Value& value) const;
  /// DecryptionFailure, and a log line that names secret and version, when the record was touched,
  /// moved, or belongs to another key: never wrong bytes.
  [[nodiscard]] Result<Value> Open(Transaction& transaction, const secrets::Secret& secret,
                                   std::string_view version_id,
                                   const store::SealedValue& sealed) const;

 private:
  Keyring& keyring_;
  Random& random_;
};

}  // namespace coffer::keyring
