#include "keyring/ciphertext.h"

#include "base/big_endian.h"
#include "base/encoding.h"
#include "crypto/digest.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace coffer::keyring {
namespace {

constexpr std::size_t kSaltSize = 32;

// A hash, because the context of a record is kept in place and this may be long. A length before
// each text, so that no two contexts are alike; the map sorts the names by their bytes.
crypto::Sha256Digest DigestOf(const EncryptionContext& context) {
  crypto::Sha256Stream stream;
  const auto add = [&](std::string_view text) {
    stream.Update(base::ToBigEndian(static_cast<std::uint32_t>(text.size())));
    stream.Update(base::AsBytes(text));
  };
  for (const auto& [name, value] : context) {
    add(name);
    add(value);
  }
  return stream.Finish();
}

BindingContext ContextOf(const Keyring& keyring, const store::KeyRow& key,
                         const EncryptionContext& encryption_context) {
  BindingContext context;
  context.Add(ContextTag::kInstallationId, keyring.installation_id())
      .Add(ContextTag::kAccount, key.account)
      .Add(ContextTag::kRegion, key.region)
      .Add(ContextTag::kKeyId, key.id)
      .Add(ContextTag::kEncryptionContext, DigestOf(encryption_context));
  return context;
}

}  // namespace

std::vector<std::byte> SealCiphertext(Keyring& keyring, Transaction& transaction,
                                      const store::KeyRow& key, const EncryptionContext& context,
                                      std::span<const std::byte> plaintext, Random& random) {
  std::array<std::byte, kSaltSize> salt{};
  random.Fill(salt);
  const SecretBytes message_key =
      keyring.MessageKey(transaction, key.id, key.primary_version, salt);
  std::vector<std::byte> blob =
      SealRecordOnce(message_key.Expose(), {Purpose::kCiphertext, key.id, key.primary_version},
                     ContextOf(keyring, key, context), plaintext, random);
  blob.insert(blob.end(), salt.begin(), salt.end());
  return blob;
}

std::optional<RecordHeader> ParseCiphertext(std::span<const std::byte> blob) {
  if (blob.size() < kSaltSize) return std::nullopt;
  return ParseRecord(blob.first(blob.size() - kSaltSize), Purpose::kCiphertext);
}

std::optional<SecretBytes> OpenCiphertext(Keyring& keyring, Transaction& transaction,
                                          const store::KeyRow& key,
                                          const EncryptionContext& context,
                                          std::span<const std::byte> blob) {
  const std::optional<RecordHeader> header = ParseCiphertext(blob);
  // A version that the key never had is a blob that was touched, not a damaged database.
  if (!header || header->key_id != key.id || header->key_version == 0 ||
      header->key_version > key.primary_version) {
    return std::nullopt;
  }
  const SecretBytes message_key =
      keyring.MessageKey(transaction, key.id, header->key_version, blob.last(kSaltSize));
  return OpenRecordOnce(message_key.Expose(), Purpose::kCiphertext,
                        ContextOf(keyring, key, context), blob.first(blob.size() - kSaltSize));
}

}  // namespace coffer::keyring
