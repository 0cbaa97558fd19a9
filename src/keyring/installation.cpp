#include "keyring/installation.h"

#include "base/big_endian.h"
#include "keyring/hmac_row_mac.h"
#include "keyring/wrapped_keys.h"
#include "store/key_store.h"

#include <algorithm>
#include <string>
#include <utility>

namespace coffer::keyring {
namespace {

constexpr std::string_view kInstallationIdMeta = "installation_id";
constexpr std::string_view kMasterKeyVersionMeta = "master_key_version";
constexpr std::string_view kRowMacKeyMeta = "row_mac_key";

constexpr std::uint32_t kFirstMasterVersion = 1;
constexpr std::size_t kRowMacKeySize = 32;
constexpr std::size_t kSaltSize = 16;

BindingContext RowMacKeyContext(const Installation& installation) {
  BindingContext context = installation.NewContext();
  context.Add(ContextTag::kInstallationKeyName, kRowMacKeyMeta);
  return context;
}

}  // namespace

Installation::Installation(Database& database, const GivenMasterKeys& given, Random& random,
                           const Clock& clock) {
  bool exists = false;
  database.Read([&](Transaction& transaction) { exists = Load(transaction, given); });
  if (!exists) Make(database, given, random, clock.Now());
  if (unrecorded_key_.empty()) return;
  database.Write([&](Transaction& transaction) {
    InsertVersion(transaction, kFirstMasterVersion, unrecorded_key_, {}, clock.Now());
  });
  unrecorded_key_ = SecretBytes();
}

bool Installation::Load(Transaction& transaction, const GivenMasterKeys& given) {
  const auto id = store::KeyStore::FindMeta(transaction, kInstallationIdMeta);
  const auto version = store::KeyStore::FindMeta(transaction, kMasterKeyVersionMeta);
  auto row_mac_key = store::KeyStore::FindMeta(transaction, kRowMacKeyMeta);
  if (!id && !version && !row_mac_key) return false;
  if (!id || id->size() != id_.size() || !version || version->size() != 4 || !row_mac_key) {
    throw store::IntegrityError("meta: the installation's keys are incomplete");
  }
  std::ranges::copy(*id, id_.begin());
  sealed_row_mac_key_ = *std::move(row_mac_key);
  const auto newest = base::FromBigEndian<std::uint32_t>(std::span(*version).first<4>());

  const auto rows = store::MasterKeyStore::ReadUnverified(transaction);
  if ((rows.empty() ? kFirstMasterVersion : rows.back().version) != newest) {
    throw MasterKeyError(
        "the versions of the master key are not what the vault wrote down (nothing was changed)");
  }
  if (rows.empty()) {
    LoadFirstVersion(given);
  } else {
    LoadVersions(transaction, given, rows);
  }
  return true;
}

void Installation::LoadVersions(Transaction& transaction, const GivenMasterKeys& given,
                                const std::vector<store::MasterKeyRow>& rows) {
  const store::MasterKeyRow& newest = rows.back();
  const auto key = FindGivenKey(newest, given, id_);
  if (key) master_.Add(newest.version, *key);
  if (!key || !OpenRowMacKey(newest.version)) {
    RefuseWithoutMasterKey(newest, rows, given, id_, 0);
  }
  master_.MakeCurrent(newest.version);
  RequireOlderVersions(transaction, given, rows);
}

// Data of an earlier release: there the first version has no row yet.
void Installation::LoadFirstVersion(const GivenMasterKeys& given) {
  for (const auto& [key, where] : given.keys) {
    master_.Add(kFirstMasterVersion, key);
    if (!OpenRowMacKey(kFirstMasterVersion)) continue;
    master_.MakeCurrent(kFirstMasterVersion);
    unrecorded_key_ = key.Copy();
    return;
  }
  throw MasterKeyError(
      "the master key is not the one this data was made with; give the key that was in use when "
      "the data was first written (nothing was changed)");
}

bool Installation::OpenRowMacKey(std::uint32_t version) {
  const auto header = ParseRecord(sealed_row_mac_key_, Purpose::kInstallationKey);
  if (!header || header->key_version != version) return false;
  auto opened =
      OpenUnderMaster(Purpose::kInstallationKey, RowMacKeyContext(*this), sealed_row_mac_key_);
  if (!opened || opened->size() != kRowMacKeySize) return false;
  row_mac_key_ = *std::move(opened);
  return true;
}

// Whatever is sealed under one of them could not be opened later: better said now.
void Installation::RequireOlderVersions(Transaction& transaction, const GivenMasterKeys& given,
                                        const std::vector<store::MasterKeyRow>& rows) {
  const HmacRowMac mac(row_mac_key_);
  (void)store::MasterKeyStore(mac).List(transaction);  // Authentic?
  const auto is_open = [&](const store::MasterKeyRow& row) {
    return !row.retired && row.version != rows.back().version;
  };
  if (std::ranges::none_of(rows, is_open)) return;
  auto counts = CountWrappedKeys(transaction, store::KeyStore(mac), store::IdentityStore(mac));
  for (const store::MasterKeyRow& row : rows) {
    const std::size_t wrapped = counts[row.version].total();
    if (!is_open(row) || wrapped == 0) continue;
    const auto key = FindGivenKey(row, given, id_);
    if (!key) RefuseWithoutMasterKey(row, rows, given, id_, wrapped);
    master_.Add(row.version, *key);
  }
}

void Installation::Make(Database& database, const GivenMasterKeys& given, Random& random,
                        Timestamp now) {
  std::vector<std::byte> salt;
  SecretBytes key;
  const std::size_t count = given.keys.size() + (given.new_passphrase ? 1 : 0);
  if (count != 1) {
    throw MasterKeyError("new data takes one master key, " + std::to_string(count) +
                         " were given (nothing was written)");
  }
  if (given.new_passphrase) {
    salt.resize(kSaltSize);
    random.Fill(salt);
    key = MasterKeyOfPassphrase(given.new_passphrase(), salt);
  } else {
    key = given.keys.front().key.Copy();
  }
  random.Fill(id_);
  row_mac_key_ = SecretBytes(kRowMacKeySize);
  random.Fill(row_mac_key_.ExposeWritable());
  master_.Add(kFirstMasterVersion, key);
  master_.MakeCurrent(kFirstMasterVersion);
  database.Write([&](Transaction& transaction) {
    store::KeyStore::PutMeta(transaction, kInstallationIdMeta, id_);
    PutRowMacKey(transaction, kFirstMasterVersion, random);
    InsertVersion(transaction, kFirstMasterVersion, key, salt, now);
  });
}

std::uint32_t Installation::ReplaceMasterKey(Transaction& transaction, const SecretBytes& key,
                                             std::span<const std::byte> salt, Random& random,
                                             Timestamp now) {
  const std::uint32_t version = master_version() + 1;
  master_.Add(version, key);
  PutRowMacKey(transaction, version, random);
  InsertVersion(transaction, version, key, salt, now);
  return version;
}

void Installation::PutRowMacKey(Transaction& transaction, std::uint32_t version,
                                Random& random) const {
  const auto sealed = SealRecord(*master_.Find(version), {Purpose::kInstallationKey, {}, version},
                                 RowMacKeyContext(*this), row_mac_key_.Expose(), random);
  store::KeyStore::PutMeta(transaction, kMasterKeyVersionMeta, base::ToBigEndian(version));
  store::KeyStore::PutMeta(transaction, kRowMacKeyMeta, sealed);
}

void Installation::InsertVersion(Transaction& transaction, std::uint32_t version,
                                 const SecretBytes& key, std::span<const std::byte> salt,
                                 Timestamp created) const {
  const HmacRowMac mac(row_mac_key_);
  store::MasterKeyStore(mac).Insert(transaction, {.version = version,
                                                  .created = created,
                                                  .retired = std::nullopt,
                                                  .check = MasterKeyCheck(key, id_),
                                                  .salt = {salt.begin(), salt.end()}});
}

BindingContext Installation::NewContext() const {
  BindingContext context;
  context.Add(ContextTag::kInstallationId, id_);
  return context;
}

Installation::Sealed Installation::SealUnderMaster(Purpose purpose, const BindingContext& context,
                                                   std::span<const std::byte> plaintext,
                                                   Random& random) const {
  const MasterKeys::Current current = master_.current();
  return {SealRecord(*current.aead, {purpose, {}, current.version}, context, plaintext, random),
          current.version};
}

std::optional<SecretBytes> Installation::OpenUnderMaster(Purpose purpose,
                                                         const BindingContext& context,
                                                         std::span<const std::byte> record) const {
  const auto version = MasterVersionOf(record, purpose);
  const auto key = version ? master_.Find(*version) : nullptr;
  if (!key) return std::nullopt;
  return OpenRecord(*key, purpose, context, record);
}

}  // namespace coffer::keyring
