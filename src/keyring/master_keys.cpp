#include "keyring/master_keys.h"

#include "base/encoding.h"
#include "base/show_time.h"
#include "crypto/digest.h"
#include "crypto/scrypt.h"

#include <mutex>
#include <string_view>

namespace coffer::keyring {
namespace {

constexpr std::string_view kCheckPurpose = "coffer master key check 1";
constexpr std::size_t kCheckSize = 16;
constexpr std::size_t kKeySize = crypto::kAeadKeySize;

/// For an error: which version is meant.
std::string Name(const store::MasterKeyRow& row) {
  return "version " + std::to_string(row.version) + " (" +
         (row.salt.empty() ? "a key" : "a passphrase") + " in use since " +
         base::ShowTime(row.created) + ")";
}

/// For an error: what each key is that was given.
std::string DescribeGiven(const std::vector<store::MasterKeyRow>& rows,
                          const GivenMasterKeys& given, const InstallationId& installation) {
  std::string text;
  for (const auto& [key, where] : given.keys) {
    const store::MasterKeyRow* const row = FindVersionOf(rows, key, installation);
    text += "; what was given, " + where + ", is ";
    if (row == nullptr) {
      text += "none of its versions";
    } else {
      text += "version " + std::to_string(row->version);
      if (row->retired) text += ", which was retired at " + base::ShowTime(*row->retired);
    }
  }
  return text;
}

}  // namespace

std::vector<std::byte> MasterKeyCheck(const SecretBytes& key, const InstallationId& installation) {
  std::vector<std::byte> check(kCheckSize);
  crypto::HkdfSha256(key.Expose(), installation, base::AsBytes(kCheckPurpose), check);
  return check;
}

const store::MasterKeyRow* FindVersionOf(const std::vector<store::MasterKeyRow>& rows,
                                         const SecretBytes& key,
                                         const InstallationId& installation) {
  const std::vector<std::byte> check = MasterKeyCheck(key, installation);
  for (const store::MasterKeyRow& row : rows) {
    if (crypto::ConstantTimeEqual(check, row.check)) return &row;
  }
  return nullptr;
}

SecretBytes MasterKeyOfPassphrase(const SecretBytes& passphrase, std::span<const std::byte> salt) {
  SecretBytes key(kKeySize);
  crypto::Scrypt(passphrase.Expose(), salt, {}, key.ExposeWritable());
  return key;
}

void MasterKeys::Add(std::uint32_t version, const SecretBytes& key) {
  auto aead = std::make_shared<const crypto::Aead>(key.Expose());
  const std::unique_lock lock(keys_mutex_);
  keys_.insert_or_assign(version, std::move(aead));
}

void MasterKeys::MakeCurrent(std::uint32_t version) {
  const std::unique_lock lock(keys_mutex_);
  current_ = version;
}

MasterKeys::Current MasterKeys::current() const {
  const std::shared_lock lock(keys_mutex_);
  return {current_, keys_.at(current_)};
}

std::shared_ptr<const crypto::Aead> MasterKeys::Find(std::uint32_t version) const {
  const std::shared_lock lock(keys_mutex_);
  const auto found = keys_.find(version);
  return found == keys_.end() ? nullptr : found->second;
}

std::optional<SecretBytes> FindGivenKey(const store::MasterKeyRow& row,
                                        const GivenMasterKeys& given,
                                        const InstallationId& installation) {
  for (const GivenMasterKey& candidate : given.keys) {
    if (crypto::ConstantTimeEqual(MasterKeyCheck(candidate.key, installation), row.check)) {
      return candidate.key.Copy();
    }
  }
  if (row.salt.empty() || !given.passphrase_of) return std::nullopt;
  SecretBytes key = MasterKeyOfPassphrase(given.passphrase_of(row.version), row.salt);
  if (crypto::ConstantTimeEqual(MasterKeyCheck(key, installation), row.check)) return key;
  throw MasterKeyError("the passphrase is not that of the master key's " + Name(row) +
                       " (nothing was changed)");
}

void RefuseWithoutMasterKey(const store::MasterKeyRow& needed,
                            const std::vector<store::MasterKeyRow>& rows,
                            const GivenMasterKeys& given, const InstallationId& installation,
                            std::size_t wrapped_keys) {
  std::string text =
      needed.version == rows.back().version
          ? "the master key is not the one this data was made with, or it was replaced since: "
            "needed is " +
                Name(needed)
          : "the master key's " + Name(needed) + " is missing: it still wraps " +
                std::to_string(wrapped_keys) + " keys, because its replacement by version " +
                std::to_string(rows.back().version) +
                " has not ended; give both until `coffer key status` says that it is retired";
  text += DescribeGiven(rows, given, installation);
  if (!needed.salt.empty()) text += "; set master_key_passphrase to be asked for it";
  throw MasterKeyError(text + " (nothing was changed)");
}

}  // namespace coffer::keyring
