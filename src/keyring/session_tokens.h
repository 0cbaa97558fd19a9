#pragma once

#include "coffer/random.h"
#include "coffer/secret_bytes.h"
#include "crypto/aead.h"
#include "crypto/digest.h"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace coffer::keyring {

/// Session tokens: what a session is, sealed, so that the server need not remember any. Base64 of
///
///   offset  bytes  field
///        0      1  format, 1
///        1     12  nonce
///       13     40  secret access key, as text
///       53      n  claims of the session
///     53+n     16  tag
///
/// under AES-256-GCM; from offset 13 on encrypted. The format and the access key id are the
/// associated data, so a token is of no use to another key. Safe to call from any thread.
class SessionTokens {
 public:
  /// A longer token is refused unread.
  static constexpr std::size_t kMaxTokenSize = std::size_t{16} * 1024;
  static constexpr std::size_t kSecretSize = 40;

  struct Opened {
    SecretBytes secret_access_key;
    std::string claims;
  };

  /// A keyed hash: tells tokens apart where they are not kept themselves.
  using Fingerprint = std::array<std::byte, 32>;

  /// The keys follow from the installation's own, so that all servers of one database open each
  /// other's tokens. `random` must outlive this.
  SessionTokens(const SecretBytes& installation_key, std::span<const std::byte> installation_id,
                Random& random);

  /// `secret_access_key` is kSecretSize characters; std::length_error otherwise, and when the token
  /// would be longer than kMaxTokenSize.
  [[nodiscard]] std::string Seal(std::string_view access_key_id,
                                 const SecretBytes& secret_access_key,
                                 std::string_view claims) const;
  /// Nullopt unless Seal made this token for this access key.
  [[nodiscard]] std::optional<Opened> Open(std::string_view access_key_id,
                                           std::string_view token) const;
  [[nodiscard]] Fingerprint FingerprintOf(std::string_view token) const;

 private:
  crypto::Aead key_;
  crypto::HmacKey fingerprint_key_;
  Random& random_;
};

}  // namespace coffer::keyring
