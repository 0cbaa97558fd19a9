// Sealed records: whatever bytes lie in the database, what opens is what was sealed, and nothing
// else. Input: a letter that says what the rest is. `v`, `k`, `t`, `c`: changes of a sealed value,
// of its wrapped data key, of a session token, of a ciphertext of KMS, three bytes each: where (two
// bytes) and what to XOR; a last single byte cuts so many bytes off. `p`: a plaintext, sealed under
// the right key.

#include "base/encoding.h"
#include "base/log.h"
#include "checks.h"
#include "keyring/ciphertext.h"
#include "keyring/envelope.h"
#include "keyring/record.h"
#include "secrets/secret_identifier.h"
#include "sql/sqlite_database.h"
#include "store/schema.h"
#include "support/fake_clock.h"
#include "support/fake_random.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

using coffer::SecretBytes;
using coffer::Transaction;
using coffer::fuzz::Require;
using coffer::keyring::BindingContext;
using coffer::keyring::ContextTag;
using coffer::keyring::Purpose;
using coffer::keyring::UsableKey;
using coffer::keyring::Value;
using coffer::keyring::ValueKind;
using coffer::store::SealedValue;

constexpr std::string_view kVersion = "11111111-1111-1111-1111-111111111111";
constexpr std::string_view kAccessKey = "ASIA0123456789ABCDEF";
constexpr std::string_view kText = "a value that is longer than one unit of padding, of 64 bytes";
const coffer::keyring::EncryptionContext kEncryptionContext{{"purpose", "test"}};
constexpr std::size_t kPrefix = 5;  // Kind and length, in front of a value.

coffer::secrets::Secret TheSecret() {
  coffer::secrets::Secret secret;
  secret.address = {"000000000000", "us-east-1", "s"};
  secret.arn_suffix = "abcdef";
  return secret;
}

/// A vault with one sealed value, one session token and one ciphertext of KMS.
class Vault {
 public:
  Vault() {
    coffer::base::log::SetLevel(coffer::base::log::Level::kOff);
    database_.Write([&](Transaction& transaction) {
      key_ = keyring_.DefaultKey(transaction, secret_.address.account, secret_.address.region);
    });
    sealed_ = envelope_.Seal(secret_, kVersion, key_,
                             Value{ValueKind::kText, SecretBytes::FromText(kText)});
    database_.Write([&](Transaction& transaction) {
      customer_key_ = keyring_.Create(transaction, "000000000000", "us-east-1");
      ciphertext_ =
          coffer::keyring::SealCiphertext(keyring_, transaction, customer_key_, kEncryptionContext,
                                          coffer::base::AsBytes(kText), random_);
    });
    token_ = keyring_.session_tokens().Seal(kAccessKey, SecretBytes(40), R"({"k":"role"})");
  }
  [[nodiscard]] const SealedValue& sealed() const { return sealed_; }
  [[nodiscard]] const std::string& token() const { return token_; }
  [[nodiscard]] const std::vector<std::byte>& ciphertext() const { return ciphertext_; }
  [[nodiscard]] const coffer::keyring::SessionTokens& tokens() const {
    return keyring_.session_tokens();
  }

  coffer::Result<Value> Open(const SealedValue& sealed) {
    coffer::Result<Value> value;
    database_.Read([&](Transaction& transaction) {
      value = envelope_.Open(transaction, secret_, kVersion, sealed);
    });
    return value;
  }

  std::optional<SecretBytes> OpenCiphertext(std::span<const std::byte> blob) {
    std::optional<SecretBytes> plaintext;
    database_.Read([&](Transaction& transaction) {
      plaintext = coffer::keyring::OpenCiphertext(keyring_, transaction, customer_key_,
                                                  kEncryptionContext, blob);
    });
    return plaintext;
  }

  /// What Envelope::Seal would make if a value's plaintext were any bytes.
  SealedValue SealPlaintext(std::span<const std::byte> plaintext) {
    BindingContext context;
    context.Add(ContextTag::kInstallationId, keyring_.installation_id())
        .Add(ContextTag::kAccount, secret_.address.account)
        .Add(ContextTag::kRegion, secret_.address.region)
        .Add(ContextTag::kSecretArn, coffer::secrets::ArnOf(secret_))
        .Add(ContextTag::kVersionId, kVersion)
        .Add(ContextTag::kKeyId, key_.id);
    const SecretBytes data_key(coffer::crypto::kAeadKeySize);
    SealedValue sealed;
    sealed.key_id = key_.id;
    sealed.key_version = key_.version;
    sealed.wrapped_data_key =
        coffer::keyring::SealRecord(*key_.aead, {Purpose::kDataKey, key_.id, key_.version}, context,
                                    data_key.Expose(), random_);
    sealed.record = coffer::keyring::SealRecordOnce(
        data_key.Expose(), {Purpose::kSecretValue, {}, 0}, context, plaintext, random_);
    return sealed;
  }

 private:
  coffer::test::FakeClock clock_;
  coffer::test::FakeRandom random_;
  coffer::sql::SqliteDatabase database_{coffer::sql::SqliteOptions{},
                                        coffer::store::SqliteSchema()};
  coffer::keyring::Keyring keyring_{database_, SecretBytes(32), random_, clock_};
  coffer::keyring::Envelope envelope_{keyring_, random_};
  coffer::secrets::Secret secret_ = TheSecret();
  UsableKey key_;
  SealedValue sealed_;
  std::string token_;
  coffer::store::KeyRow customer_key_;
  std::vector<std::byte> ciphertext_;
};

/// Does to `bytes` what the input says.
template <class Bytes>
void Change(Bytes& bytes, std::span<const std::uint8_t> changes) {
  using Byte = typename Bytes::value_type;
  for (; changes.size() >= 3; changes = changes.subspan(3)) {
    auto& byte = bytes[(std::size_t{changes[0]} << 8 | changes[1]) % bytes.size()];
    byte = static_cast<Byte>(static_cast<std::uint8_t>(byte) ^ changes[2]);
  }
  if (!changes.empty())
    bytes.resize(bytes.size() - std::min<std::size_t>(changes[0], bytes.size()));
}

void CheckValue(Vault& vault, const SealedValue& sealed) {
  const bool is_same = sealed.record == vault.sealed().record &&
                       sealed.wrapped_data_key == vault.sealed().wrapped_data_key;
  const auto value = vault.Open(sealed);
  Require(value.has_value() == is_same);
  Require(!is_same || (value->kind == ValueKind::kText && value->bytes.ExposeText() == kText));
}

void CheckCiphertext(Vault& vault, const std::vector<std::byte>& ciphertext) {
  const auto plaintext = vault.OpenCiphertext(ciphertext);
  Require(plaintext.has_value() == (ciphertext == vault.ciphertext()));
  Require(!plaintext || plaintext->ExposeText() == kText);
}

void CheckToken(Vault& vault, const std::string& token) {
  const auto opened = vault.tokens().Open(kAccessKey, token);
  Require(opened.has_value() == (token == vault.token()));
}

void CheckPlaintext(Vault& vault, std::span<const std::byte> plaintext) {
  const SealedValue sealed = vault.SealPlaintext(plaintext);
  const auto value = vault.Open(sealed);
  const auto again = vault.Open(sealed);
  Require(value.has_value() == again.has_value());
  if (!value) return;
  Require(SameValue(*value, *again) && value->bytes.size() + kPrefix <= plaintext.size());
  Require(
      std::ranges::equal(value->bytes.Expose(), plaintext.subspan(kPrefix, value->bytes.size())));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Vault vault;
  if (size == 0) return 0;
  const std::span rest(data + 1, size - 1);
  SealedValue sealed = vault.sealed();
  std::string token = vault.token();
  std::vector<std::byte> ciphertext = vault.ciphertext();
  switch (data[0]) {
    case 'v':
      Change(sealed.record, rest);
      CheckValue(vault, sealed);
      break;
    case 'k':
      Change(sealed.wrapped_data_key, rest);
      CheckValue(vault, sealed);
      break;
    case 't':
      Change(token, rest);
      CheckToken(vault, token);
      break;
    case 'c':
      Change(ciphertext, rest);
      CheckCiphertext(vault, ciphertext);
      break;
    default:
      CheckPlaintext(vault, std::as_bytes(rest));
      (void)vault.OpenCiphertext(std::as_bytes(rest));
      (void)coffer::keyring::ParseRecord(std::as_bytes(rest), Purpose::kSecretValue);
  }
  return 0;
}
