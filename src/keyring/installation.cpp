#include "keyring/installation.h"

#include "base/big_endian.h"
#include "keyring/master_key.h"
#include "store/key_store.h"
#include "store/row_mac.h"

#include <algorithm>

namespace coffer::keyring {
namespace {

constexpr std::string_view kInstallationIdMeta = "installation_id";
constexpr std::string_view kMasterKeyVersionMeta = "master_key_version";
constexpr std::string_view kRowMacKeyMeta = "row_mac_key";

constexpr std::uint32_t kFirstMasterVersion = 1;
constexpr std::size_t kRowMacKeySize = 32;

}  // namespace

Installation::Installation(Database& database, SecretBytes master, Random& random)
    : master_(master.Expose()) {
  bool exists = false;
  database.Read([&](Transaction& transaction) { exists = Load(transaction); });
  if (!exists) database.Write([&](Transaction& transaction) { Make(transaction, random); });
}

bool Installation::Load(Transaction& transaction) {
  const auto id = store::KeyStore::FindMeta(transaction, kInstallationIdMeta);
  const auto version = store::KeyStore::FindMeta(transaction, kMasterKeyVersionMeta);
  const auto row_mac_key = store::KeyStore::FindMeta(transaction, kRowMacKeyMeta);
  if (!id && !version && !row_mac_key) return false;
  if (!id || id->size() != id_.size() || !version || version->size() != 4 || !row_mac_key) {
    throw store::IntegrityError("meta: the installation's keys are incomplete");
  }
  std::ranges::copy(*id, id_.begin());
  master_version_ = base::FromBigEndian<std::uint32_t>(std::span(*version).first<4>());

  BindingContext context = NewContext();
  context.Add(ContextTag::kInstallationKeyName, kRowMacKeyMeta);
  auto opened = OpenUnderMaster(Purpose::kInstallationKey, context, *row_mac_key);
  if (!opened || opened->size() != kRowMacKeySize) {
    throw MasterKeyError(
        "the master key is not the one this data was made with; give the key that was in use when "
        "the data was first written (nothing was changed)");
  }
  row_mac_key_ = *std::move(opened);
  return true;
}

void Installation::Make(Transaction& transaction, Random& random) {
  random.Fill(id_);
  master_version_ = kFirstMasterVersion;
  row_mac_key_ = SecretBytes(kRowMacKeySize);
  random.Fill(row_mac_key_.ExposeWritable());

  BindingContext context = NewContext();
  context.Add(ContextTag::kInstallationKeyName, kRowMacKeyMeta);
  const auto sealed =
      SealUnderMaster(Purpose::kInstallationKey, context, row_mac_key_.Expose(), random);
  store::KeyStore::PutMeta(transaction, kInstallationIdMeta, id_);
  store::KeyStore::PutMeta(transaction, kMasterKeyVersionMeta, base::ToBigEndian(master_version_));
  store::KeyStore::PutMeta(transaction, kRowMacKeyMeta, sealed);
}

BindingContext Installation::NewContext() const {
  BindingContext context;
  context.Add(ContextTag::kInstallationId, id_);
  return context;
}

std::vector<std::byte> Installation::SealUnderMaster(Purpose purpose, const BindingContext& context,
                                                     std::span<const std::byte> plaintext,
                                                     Random& random) const {
  return SealRecord(master_, {purpose, {}, master_version_}, context, plaintext, random);
}

std::optional<SecretBytes> Installation::OpenUnderMaster(Purpose purpose,
                                                         const BindingContext& context,
                                                         std::span<const std::byte> record) const {
  const auto header = ParseRecord(record, purpose);
  if (!header || header->key_id != secrets::KeyId{} || header->key_version != master_version_) {
    return std::nullopt;
  }
  return OpenRecord(master_, purpose, context, record);
}

}  // namespace coffer::keyring
