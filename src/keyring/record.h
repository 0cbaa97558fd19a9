#pragma once

#include "coffer/random.h"
#include "coffer/secret_bytes.h"
#include "crypto/aead.h"
#include "secrets/secret.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace coffer::keyring {

/// What a sealed record is for; part of its authenticated header. docs/envelope-format.md.
enum class Purpose : std::uint8_t {
  kInstallationKey = 1,
  kKeyEncryptionKey = 2,
  kDataKey = 3,
  kSecretValue = 4,
  kAccessKeySecret = 5,
  kCiphertext = 9,  ///< Of a caller of KMS; see ciphertext.h.
};

/// What an item of a binding context says. The numbers are part of the format.
enum class ContextTag : std::uint16_t {
  kInstallationId = 1,
  kAccount = 2,
  kRegion = 3,
  kSecretArn = 4,
  kVersionId = 5,
  kKeyId = 6,
  kKeyVersion = 7,
  kAccessKeyId = 8,
  kInstallationKeyName = 9,
  kEncryptionContext = 16,
};

/// The circumstances that a record is bound to: rebuilt from the row and the request each time,
/// never stored. Each item is a two-byte tag, a four-byte length and the bytes, big-endian. Kept in
/// place, because one is built for every value that is read.
class BindingContext {
 public:
  /// Twice what the longest ARN, names and ids need.
  static constexpr std::size_t kCapacity = 1536;

  /// Throws std::length_error beyond kCapacity.
  BindingContext& Add(ContextTag tag, std::span<const std::byte> bytes);
  BindingContext& Add(ContextTag tag, std::string_view text);
  BindingContext& Add(ContextTag tag, std::uint32_t number);
  [[nodiscard]] std::span<const std::byte> bytes() const { return std::span(bytes_).first(size_); }

 private:
  std::array<std::byte, kCapacity> bytes_;
  std::size_t size_ = 0;
};

/// Header of a record: 28 bytes, then nonce, ciphertext, tag. The header and the binding context
/// are the associated data.
///
///   offset  bytes  field
///        0      1  format, 1
///        1      1  suite, 1: AES-256-GCM
///        2      1  purpose
///        3      1  flags, 0
///        4     16  id of the wrapping key (zero for a secret value: its data key has none)
///       20      4  version of the wrapping key, big-endian
///       24      4  length of the ciphertext, big-endian
///       28     12  nonce
///       40      n  ciphertext
///     40+n     16  tag
struct RecordHeader {
  Purpose purpose = Purpose::kSecretValue;
  secrets::KeyId key_id{};
  std::uint32_t key_version = 0;
};

inline constexpr std::size_t kRecordHeaderSize = 28;
inline constexpr std::size_t kRecordOverhead = kRecordHeaderSize + crypto::kAeadOverhead;

[[nodiscard]] std::vector<std::byte> SealRecord(const crypto::Aead& key, const RecordHeader& header,
                                                const BindingContext& context,
                                                std::span<const std::byte> plaintext,
                                                Random& random);
/// As SealRecord, under a key that seals this record alone (a data key).
[[nodiscard]] std::vector<std::byte> SealRecordOnce(std::span<const std::byte> key,
                                                    const RecordHeader& header,
                                                    const BindingContext& context,
                                                    std::span<const std::byte> plaintext,
                                                    Random& random);
/// The header of a well-formed record of `purpose`, or nullopt. Not yet authenticated: it tells
/// which key to try.
[[nodiscard]] std::optional<RecordHeader> ParseRecord(std::span<const std::byte> record,
                                                      Purpose purpose);
/// The plaintext, or nullopt when key, header, context or any byte differs.
[[nodiscard]] std::optional<SecretBytes> OpenRecord(const crypto::Aead& key, Purpose purpose,
                                                    const BindingContext& context,
                                                    std::span<const std::byte> record);
/// As OpenRecord, for what SealRecordOnce made.
[[nodiscard]] std::optional<SecretBytes> OpenRecordOnce(std::span<const std::byte> key,
                                                        Purpose purpose,
                                                        const BindingContext& context,
                                                        std::span<const std::byte> record);

}  // namespace coffer::keyring
