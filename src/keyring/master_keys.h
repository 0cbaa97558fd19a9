#pragma once

#include "coffer/clock.h"
#include "coffer/secret_bytes.h"
#include "crypto/aead.h"
#include "keyring/given_master_keys.h"
#include "store/master_key_store.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <vector>

namespace coffer::keyring {

using InstallationId = std::array<std::byte, 16>;

/// What is stored of a master key to know it again: 16 bytes of HKDF-SHA-256 (RFC 5869), which tell
/// nothing of the key. Another one in each installation.
[[nodiscard]] std::vector<std::byte> MasterKeyCheck(const SecretBytes& key,
                                                    const InstallationId& installation);

/// The version among `rows` that `key` is, or null.
[[nodiscard]] const store::MasterKeyRow* FindVersionOf(const std::vector<store::MasterKeyRow>& rows,
                                                       const SecretBytes& key,
                                                       const InstallationId& installation);

/// The key that a passphrase becomes with a salt: scrypt with N = 2^17, r = 8, p = 1, which takes
/// half a second and 128 MiB.
[[nodiscard]] SecretBytes MasterKeyOfPassphrase(const SecretBytes& passphrase,
                                                std::span<const std::byte> salt);

/// The versions of the master key that this process can use. A version stays until the process
/// ends, also when it is retired: what was loaded into memory before may still be sealed under it.
/// Safe to call from any thread.
class MasterKeys {
 public:
  void Add(std::uint32_t version, const SecretBytes& key);
  /// What is sealed from now on is sealed under this version, which was added.
  void MakeCurrent(std::uint32_t version);

  struct Current {
    std::uint32_t version = 0;
    std::shared_ptr<const crypto::Aead> aead;
  };
  [[nodiscard]] Current current() const;
  /// Null when this version was not given.
  [[nodiscard]] std::shared_ptr<const crypto::Aead> Find(std::uint32_t version) const;

 private:
  mutable std::shared_mutex keys_mutex_;
  std::uint32_t current_ = 0;
  /// Shared with the calls that use them.
  std::map<std::uint32_t, std::shared_ptr<const crypto::Aead>> keys_;
};

/// The key of the version `row` among what was given; nullopt when it is not there. MasterKeyError
/// when a passphrase was given for it that is not the right one.
[[nodiscard]] std::optional<SecretBytes> FindGivenKey(const store::MasterKeyRow& row,
                                                      const GivenMasterKeys& given,
                                                      const InstallationId& installation);

/// Throws MasterKeyError: a server cannot start without the version `needed`, which wraps so many
/// keys. Says what was given instead.
[[noreturn]] void RefuseWithoutMasterKey(const store::MasterKeyRow& needed,
                                         const std::vector<store::MasterKeyRow>& rows,
                                         const GivenMasterKeys& given,
                                         const InstallationId& installation,
                                         std::size_t wrapped_keys);

}  // namespace coffer::keyring
