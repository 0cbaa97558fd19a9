#pragma once

#include "coffer/random.h"
#include "coffer/secret_bytes.h"
#include "keyring/keyring.h"
#include "keyring/record.h"
#include "store/key_store.h"

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// What callers of KMS have a key seal: a CiphertextBlob (docs/envelope-format.md).
///
///   a record (record.h) of purpose kCiphertext, whose header names the key and its version
///   ‖ 32 bytes of salt
///
/// The record is sealed under a key of its own, derived from the key's version and the salt, so
/// that the number of messages under one key has no bound that a busy caller could reach.
namespace coffer::keyring {

/// Names and values that are bound to a ciphertext (AWS KMS: encryption context). Their order does
/// not matter.
using EncryptionContext = std::map<std::string, std::string>;

/// `plaintext` under the newest version of `key`.
[[nodiscard]] std::vector<std::byte> SealCiphertext(Keyring& keyring, Transaction& transaction,
                                                    const store::KeyRow& key,
                                                    const EncryptionContext& context,
                                                    std::span<const std::byte> plaintext,
                                                    Random& random);

/// Which key and version a well-formed blob names, not yet authenticated; else nullopt.
[[nodiscard]] std::optional<RecordHeader> ParseCiphertext(std::span<const std::byte> blob);

/// The plaintext, or nullopt when `key`, its version, `context` or any byte is not what it was.
[[nodiscard]] std::optional<SecretBytes> OpenCiphertext(Keyring& keyring, Transaction& transaction,
                                                        const store::KeyRow& key,
                                                        const EncryptionContext& context,
                                                        std::span<const std::byte> blob);

}  // namespace coffer::keyring
