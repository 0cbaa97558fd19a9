#include "keyring/envelope.h"

#include "base/big_endian.h"
#include "base/encoding.h"
#include "base/log.h"
#include "crypto/digest.h"
#include "keyring/record.h"
#include "secrets/messages.h"
#include "secrets/secret_identifier.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

namespace coffer::keyring {
namespace {

/// A value's plaintext is `kind ‖ length ‖ bytes`, padded so that the size of a record does not
/// tell the length of a password.
constexpr std::size_t kValuePrefixSize = 5;
constexpr std::size_t kPaddingUnit = 64;

SecretBytes EncodeValue(const Value& value) {
  const std::size_t size = kValuePrefixSize + value.bytes.size();
  SecretBytes plaintext((size + kPaddingUnit - 1) / kPaddingUnit * kPaddingUnit);
  auto out = plaintext.ExposeWritable().begin();
  *out++ = static_cast<std::byte>(std::to_underlying(value.kind));
  out =
      std::ranges::copy(base::ToBigEndian(static_cast<std::uint32_t>(value.bytes.size())), out).out;
  std::ranges::copy(value.bytes.Expose(), out);
  return plaintext;
}

/// Takes the value out of `plaintext` in place, so that there is no second copy of it.
std::optional<Value> DecodeValue(SecretBytes plaintext) {
  const std::span<std::byte> bytes = plaintext.ExposeWritable();
  if (bytes.size() < kValuePrefixSize) return std::nullopt;
  const auto kind = static_cast<ValueKind>(bytes.front());
  if (kind != ValueKind::kText && kind != ValueKind::kBinary) return std::nullopt;
  const std::size_t length = base::FromBigEndian<std::uint32_t>(bytes.subspan<1, 4>());
  if (length > bytes.size() - kValuePrefixSize) return std::nullopt;
  std::memmove(bytes.data(), bytes.data() + kValuePrefixSize, length);
  plaintext.Truncate(length);
  return Value{kind, std::move(plaintext)};
}

BindingContext ContextOf(const Keyring& keyring, const secrets::Secret& secret,
                         std::string_view secret_arn, std::string_view version_id,
                         const secrets::KeyId& key_id) {
  BindingContext context;
  context.Add(ContextTag::kInstallationId, keyring.installation_id())
      .Add(ContextTag::kAccount, secret.address.account)
      .Add(ContextTag::kRegion, secret.address.region)
      .Add(ContextTag::kSecretArn, secret_arn)
      .Add(ContextTag::kVersionId, version_id)
      .Add(ContextTag::kKeyId, key_id);
  return context;
}

/// The value of `sealed`, or nullopt when anything about it differs from when it was sealed.
std::optional<Value> OpenSealed(Keyring& keyring, Transaction& transaction,
                                const BindingContext& context, const store::SealedValue& sealed) {
  const auto header = ParseRecord(sealed.wrapped_data_key, Purpose::kDataKey);
  if (!header || header->key_id != sealed.key_id || header->key_version != sealed.key_version) {
    return std::nullopt;
  }
  const UsableKey key = keyring.Find(transaction, sealed.key_id, sealed.key_version);
  const auto data_key = OpenRecord(*key.aead, Purpose::kDataKey, context, sealed.wrapped_data_key);
  if (!data_key || data_key->size() != crypto::kAeadKeySize) return std::nullopt;
  auto plaintext =
      OpenRecordOnce(data_key->Expose(), Purpose::kSecretValue, context, sealed.record);
  if (!plaintext) return std::nullopt;
  return DecodeValue(*std::move(plaintext));
}

}  // namespace

bool SameValue(const Value& a, const Value& b) {
  return a.kind == b.kind && crypto::ConstantTimeEqual(a.bytes.Expose(), b.bytes.Expose());
}

store::SealedValue Envelope::Seal(const secrets::Secret& secret, std::string_view version_id,
                                  const UsableKey& key, const Value& value) const {
  const BindingContext context =
      ContextOf(keyring_, secret, secrets::ArnOf(secret), version_id, key.id);
  SecretBytes data_key(crypto::kAeadKeySize);
  random_.Fill(data_key.ExposeWritable());

  store::SealedValue sealed;
  sealed.key_id = key.id;
  sealed.key_version = key.version;
  sealed.wrapped_data_key = SealRecord(*key.aead, {Purpose::kDataKey, key.id, key.version}, context,
                                       data_key.Expose(), random_);
  sealed.record = SealRecordOnce(data_key.Expose(), {Purpose::kSecretValue, {}, 0}, context,
                                 EncodeValue(value).Expose(), random_);
  return sealed;
}

Result<Value> Envelope::Open(Transaction& transaction, const secrets::Secret& secret,
                             std::string_view version_id, const store::SealedValue& sealed) const {
  const std::string secret_arn = secrets::ArnOf(secret);
  const BindingContext context = ContextOf(keyring_, secret, secret_arn, version_id, sealed.key_id);
  std::optional<Value> value = OpenSealed(keyring_, transaction, context, sealed);
  if (!value) {
    base::log::Error("envelope.open_failed", {{"secret", secret_arn}, {"version", version_id}});
    return std::unexpected(secrets::CannotDecrypt());
  }
  return *std::move(value);
}

}  // namespace coffer::keyring
