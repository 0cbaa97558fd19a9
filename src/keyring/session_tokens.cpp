#include "keyring/session_tokens.h"

#include "base/encoding.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace coffer::keyring {
namespace {

constexpr char kFormat = 1;
constexpr std::string_view kSealing = "coffer session tokens 1";
constexpr std::string_view kFingerprints = "coffer session token fingerprints 1";

// The installation's key is uniformly random, and what HKDF makes of it tells nothing about it, nor
// the key of one purpose about that of another (RFC 5869 §3).
SecretBytes DeriveKey(const SecretBytes& installation_key,
                      std::span<const std::byte> installation_id, std::string_view purpose) {
  SecretBytes key(crypto::kAeadKeySize);
  crypto::HkdfSha256(installation_key.Expose(), installation_id, base::AsBytes(purpose),
                     key.ExposeWritable());
  return key;
}

std::string AssociatedData(std::string_view access_key_id) {
  return std::string(1, kFormat).append(access_key_id);
}

}  // namespace

SessionTokens::SessionTokens(const SecretBytes& installation_key,
                             std::span<const std::byte> installation_id, Random& random)
    : key_(DeriveKey(installation_key, installation_id, kSealing).Expose()),
      fingerprint_key_(DeriveKey(installation_key, installation_id, kFingerprints).Expose()),
      random_(random) {}

SessionTokens::Fingerprint SessionTokens::FingerprintOf(std::string_view token) const {
  return fingerprint_key_.Sign(base::AsBytes(token));
}

std::string SessionTokens::Seal(std::string_view access_key_id,
                                const SecretBytes& secret_access_key,
                                std::string_view claims) const {
  SecretBytes plaintext(kSecretSize + claims.size());
  std::vector<std::byte> sealed(1 + plaintext.size() + crypto::kAeadOverhead);
  if (secret_access_key.size() != kSecretSize ||
      base::Base64Length(sealed.size()) > kMaxTokenSize) {
    throw std::length_error("a session does not fit into a token");
  }
  const auto rest =
      std::ranges::copy(secret_access_key.Expose(), plaintext.ExposeWritable().begin());
  std::ranges::copy(base::AsBytes(claims), rest.out);
  sealed.front() = static_cast<std::byte>(kFormat);
  key_.Seal(random_, base::AsBytes(AssociatedData(access_key_id)), plaintext.Expose(),
            std::span(sealed).subspan(1));
  std::string token(base::Base64Length(sealed.size()), '\0');
  base::EncodeBase64(sealed, token.data());
  return token;
}

std::optional<SessionTokens::Opened> SessionTokens::Open(std::string_view access_key_id,
                                                         std::string_view token) const {
  if (token.size() > kMaxTokenSize) return std::nullopt;
  std::vector<std::byte> bytes(token.size() / 4 * 3);
  const auto size = base::DecodeBase64(token, bytes.data());
  if (!size || *size < 1 + crypto::kAeadOverhead + kSecretSize) return std::nullopt;
  bytes.resize(*size);
  if (bytes.front() != static_cast<std::byte>(kFormat)) return std::nullopt;

  SecretBytes plaintext(*size - 1 - crypto::kAeadOverhead);
  if (!key_.Open(base::AsBytes(AssociatedData(access_key_id)), std::span(bytes).subspan(1),
                 plaintext.ExposeWritable())) {
    return std::nullopt;
  }
  Opened opened;
  opened.claims = plaintext.ExposeText().substr(kSecretSize);
  plaintext.Truncate(kSecretSize);
  opened.secret_access_key = std::move(plaintext);
  return opened;
}

}  // namespace coffer::keyring
