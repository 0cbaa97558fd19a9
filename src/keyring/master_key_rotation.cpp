#include "keyring/master_key_rotation.h"

#include "base/log.h"
#include "keyring/wrapped_keys.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace coffer::keyring {
namespace {

/// Runs `work`; a row that is not what the vault wrote, or does not open, is counted and left.
void TryRow(std::size_t& unreadable, const std::function<void()>& work) {
  try {
    work();
  } catch (const store::IntegrityError& error) {
    ++unreadable;
    base::log::Error("master_key.row_not_rewrapped", {{"reason", error.what()}});
  }
}

}  // namespace

MasterKeyRotation::MasterKeyRotation(Database& database, const Keyring& keyring,
                                     store::IdentityStore& identities, Random& random,
                                     const Clock& clock)
    : database_(database),
      installation_(keyring.installation()),
      keys_(keyring.key_store()),
      identities_(identities),
      random_(random),
      clock_(clock),
      versions_(keyring.row_mac()) {}

std::vector<store::MasterKeyRow> MasterKeyRotation::Versions() {
  std::vector<store::MasterKeyRow> rows;
  database_.Read([&](Transaction& transaction) { rows = versions_.List(transaction); });
  return rows;
}

bool MasterKeyRotation::IsUnfinished() {
  const std::vector<store::MasterKeyRow> rows = Versions();
  return std::ranges::count_if(rows, [](const auto& row) { return !row.retired; }) > 1;
}

void MasterKeyRotation::Begin(const SecretBytes& key, std::span<const std::byte> salt) {
  std::uint32_t version = 0;
  database_.Write([&](Transaction& transaction) {
    version = installation_.ReplaceMasterKey(transaction, key, salt, random_, clock_.Now());
  });
  // What other writes seal under the old version until here the first pass finds: it runs after
  // them, since writes run one after the other.
  installation_.UseMasterKey(version);
  position_ = {};
  unreadable_ = 0;
  base::log::Info("master_key.replaced", {{"version", std::int64_t{version}}});
}

bool MasterKeyRotation::RewrapSome(std::size_t limit) {
  Position position;
  database_.Write([&](Transaction& transaction) {
    position = position_;  // The work may be run more than once.
    RewrapSome(transaction, limit, position);
  });
  position_ = std::move(position);
  if (position_.stage != Position::Stage::kEnd) return true;
  unreadable_ = position_.unreadable;
  position_ = {};
  return false;
}

void MasterKeyRotation::RewrapSome(Transaction& transaction, std::size_t limit,
                                   Position& position) {
  switch (position.stage) {
    case Position::Stage::kKeyVersions:
      return RewrapKeyVersions(transaction, limit, position);
    case Position::Stage::kRootKeys:
      return RewrapRootKeys(transaction, position);
    case Position::Stage::kUserKeys:
      return RewrapUserKeys(transaction, limit, position);
    case Position::Stage::kEnd:
      return;
  }
}

void MasterKeyRotation::RewrapKeyVersions(Transaction& transaction, std::size_t limit,
                                          Position& position) {
  const auto names = store::KeyStore::WrappedBefore(transaction, installation_.master_version(),
                                                    position.key_version, limit);
  for (const auto& name : names) {
    TryRow(position.unreadable, [&] { RewrapKeyVersion(transaction, name); });
  }
  if (names.size() < limit) {
    position.stage = Position::Stage::kRootKeys;
  } else {
    position.key_version = names.back();
  }
}

// There are few: one is made at the first start.
void MasterKeyRotation::RewrapRootKeys(Transaction& transaction, Position& position) {
  for (store::AccessKeyRow& row : keys_.AccessKeys(transaction)) {
    if (MasterVersionOf(row.sealed_secret, Purpose::kAccessKeySecret) ==
        installation_.master_version()) {
      continue;
    }
    TryRow(position.unreadable, [&] {
      BindingContext context = installation_.NewContext();
      BindAccessKey(context, row.access_key_id, row.account);
      row.sealed_secret = Rewrap(Purpose::kAccessKeySecret, context, row.sealed_secret).record;
      keys_.ResealAccessKey(transaction, row);
    });
  }
  position.stage = Position::Stage::kUserKeys;
}

void MasterKeyRotation::RewrapUserKeys(Transaction& transaction, std::size_t limit,
                                       Position& position) {
  const std::vector<std::string> ids =
      store::IdentityStore::Ids<identity::AccessKey>(transaction, position.access_key_id, limit);
  for (const std::string& id : ids) {
    TryRow(position.unreadable, [&] { RewrapUserKey(transaction, id); });
  }
  if (ids.size() < limit) {
    position.stage = Position::Stage::kEnd;
  } else {
    position.access_key_id = ids.back();
  }
}

void MasterKeyRotation::RewrapKeyVersion(Transaction& transaction,
                                         const store::KeyStore::KeyVersionName& name) {
  const auto key = keys_.FindKey(transaction, name.id);
  auto version = keys_.FindKeyVersion(transaction, name.id, name.version);
  if (!key || !version) throw store::IntegrityError("key_versions: a version has no key");
  BindingContext context = installation_.NewContext();
  BindKeyVersion(context, *key, version->version);
  Installation::Sealed sealed = Rewrap(Purpose::kKeyEncryptionKey, context, version->wrapped);
  version->wrapped = std::move(sealed.record);
  version->master_version = sealed.master_version;
  keys_.Rewrap(transaction, *version);
}

void MasterKeyRotation::RewrapUserKey(Transaction& transaction, const std::string& access_key_id) {
  auto key = identities_.FindById<identity::AccessKey>(transaction, access_key_id);
  if (!key) return;
  const std::vector<std::byte> sealed = DecodeSealed(key->entity.sealed_secret);
  if (MasterVersionOf(sealed, Purpose::kAccessKeySecret) == installation_.master_version()) return;
  BindingContext context = installation_.NewContext();
  BindAccessKey(context, access_key_id, key->account);
  key->entity.sealed_secret =
      EncodeSealed(Rewrap(Purpose::kAccessKeySecret, context, sealed).record);
  identities_.Update(transaction, *key);
}

Installation::Sealed MasterKeyRotation::Rewrap(Purpose purpose, const BindingContext& context,
                                               std::span<const std::byte> record) const {
  const auto plaintext = installation_.OpenUnderMaster(purpose, context, record);
  if (!plaintext) throw store::IntegrityError("a key that the master key wraps does not open");
  return installation_.SealUnderMaster(purpose, context, plaintext->Expose(), random_);
}

bool MasterKeyRotation::RetireOlder() {
  std::vector<std::uint32_t> retired;
  bool is_needed = false;
  database_.Write([&](Transaction& transaction) {
    retired.clear();
    const std::uint32_t newest = installation_.master_version();
    is_needed = !store::KeyStore::WrappedBefore(transaction, newest, {}, 1).empty();
    if (is_needed) return;
    for (store::MasterKeyRow& row : versions_.List(transaction)) {
      if (row.retired || row.version == newest) continue;
      row.retired = clock_.Now();
      versions_.MarkRetired(transaction, row);
      retired.push_back(row.version);
    }
  });
  for (const std::uint32_t version : retired) {
    base::log::Info("master_key.retired", {{"version", std::int64_t{version}}});
  }
  return !is_needed;
}

}  // namespace coffer::keyring
