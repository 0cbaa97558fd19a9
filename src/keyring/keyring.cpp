#include "keyring/keyring.h"

#include "base/encoding.h"
#include "base/log.h"
#include "keyring/hmac_row_mac.h"
#include "keyring/installation.h"
#include "keyring/key_name.h"
#include "keyring/record.h"
#include "keyring/wrapped_keys.h"

#include <array>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace coffer::keyring {
namespace {

constexpr std::uint32_t kFirstKeyVersion = 1;

/// Key-encryption keys that were opened in this process. A key made in a transaction that is rolled
/// back stays here unseen: it is found by its id alone, and no row names that.
class OpenedKeys {
 public:
  [[nodiscard]] std::optional<UsableKey> Find(const secrets::KeyId& id,
                                              std::uint32_t version) const {
    const std::shared_lock lock(keys_mutex_);
    const auto found = keys_.find({id, version});
    if (found == keys_.end()) return std::nullopt;
    return UsableKey{id, version, found->second};
  }
  /// Keeps the key that is there already when another thread was faster.
  [[nodiscard]] UsableKey Add(const secrets::KeyId& id, std::uint32_t version,
                              const SecretBytes& key) {
    auto aead = std::make_shared<const crypto::Aead>(key.Expose());
    const std::scoped_lock lock(keys_mutex_);
    const auto [position, added] = keys_.try_emplace({id, version}, std::move(aead));
    return {id, version, position->second};
  }

 private:
  mutable std::shared_mutex keys_mutex_;
  /// Shared with the requests that use them.
  std::map<std::pair<secrets::KeyId, std::uint32_t>, std::shared_ptr<const crypto::Aead>> keys_;
};

/// Identities that were asked for in this process; see OpenedKeys.
class KnownIdentities {
 public:
  [[nodiscard]] std::shared_ptr<const KeyIdentity> Find(const secrets::KeyId& id) const {
    const std::shared_lock lock(identities_mutex_);
    const auto found = identities_.find(id);
    return found == identities_.end() ? nullptr : found->second;
  }
  [[nodiscard]] std::shared_ptr<const KeyIdentity> Add(const store::KeyRow& row) {
    auto identity = std::make_shared<const KeyIdentity>(
        KeyIdentity{.account = row.account,
                    .arn = KeyArn(row.region, row.account, row.name),
                    .is_default = row.is_default});
    const std::scoped_lock lock(identities_mutex_);
    return identities_.try_emplace(row.id, std::move(identity)).first->second;
  }

 private:
  mutable std::shared_mutex identities_mutex_;
  /// Shared with the requests that look at them.
  std::map<secrets::KeyId, std::shared_ptr<const KeyIdentity>> identities_;
};

std::string NewUuid(Random& random) {
  std::array<std::byte, 16> bytes{};
  random.Fill(bytes);
  return base::FormatUuid(bytes);
}

BindingContext AccessKeyContext(const Installation& installation, std::string_view access_key_id,
                                std::string_view account) {
  BindingContext context = installation.NewContext();
  BindAccessKey(context, access_key_id, account);
  return context;
}

}  // namespace

class Keyring::Implementation {
 public:
  Implementation(Database& database, const GivenMasterKeys& master, Random& random,
                 const Clock& clock)
      : random_(random),
        clock_(clock),
        installation_(database, master, random, clock),
        row_mac_(installation_.row_mac_key()),
        key_store_(row_mac_),
        session_tokens_(installation_.row_mac_key(), installation_.id(), random),
        key_settings_(row_mac_) {}

  [[nodiscard]] Installation& installation() { return installation_; }
  [[nodiscard]] const store::RowMac& row_mac() const { return row_mac_; }
  [[nodiscard]] const store::KeyStore& key_store() const { return key_store_; }
  [[nodiscard]] const SessionTokens& session_tokens() const { return session_tokens_; }
  [[nodiscard]] const store::KeySettingsStore& key_settings() const { return key_settings_; }
  [[nodiscard]] Random& random() const { return random_; }

  [[nodiscard]] ResolvedKey DefaultKey(Transaction& transaction, std::string_view account,
                                       std::string_view region) {
    const auto row = key_store_.FindDefaultKey(transaction, account, region);
    if (row) return Use(transaction, *row);
    return Make(transaction, NewRow(account, region, NewUuid(random_), true));
  }

  [[nodiscard]] std::optional<ResolvedKey> FindNamed(Transaction& transaction,
                                                     std::string_view account,
                                                     std::string_view region, const KeyName& name) {
    const auto row = name.kind == KeyName::Kind::kAlias
                         ? key_store_.FindKeyByAlias(transaction, account, region, name.text)
                         : key_store_.FindKeyByName(transaction, account, region, name.text);
    if (!row) return std::nullopt;
    return Use(transaction, *row);
  }

  [[nodiscard]] ResolvedKey MakeNamed(Transaction& transaction, std::string_view account,
                                      std::string_view region, const KeyName& name) {
    if (name.kind == KeyName::Kind::kName) {
      return Make(transaction, NewRow(account, region, name.text, false));
    }
    const store::KeyRow row = NewRow(account, region, NewUuid(random_), false);
    ResolvedKey made = Make(transaction, row);
    key_store_.InsertAlias(transaction, row, name.text);
    return made;
  }

  [[nodiscard]] store::KeyRow Create(Transaction& transaction, std::string_view account,
                                     std::string_view region) {
    store::KeyRow row = NewRow(account, region, NewUuid(random_), false);
    (void)Make(transaction, row);
    return row;
  }

  [[nodiscard]] std::shared_ptr<const KeyIdentity> Identify(Transaction& transaction,
                                                            const secrets::KeyId& id) {
    if (auto known = identities_.Find(id)) return known;
    return identities_.Add(RowOf(transaction, id));
  }

  [[nodiscard]] UsableKey Find(Transaction& transaction, const secrets::KeyId& id,
                               std::uint32_t version) {
    if (auto opened = opened_keys_.Find(id, version)) return *std::move(opened);
    return OpenStored(transaction, RowOf(transaction, id), version);
  }

  [[nodiscard]] store::KeyRow RowOf(Transaction& transaction, const secrets::KeyId& id) const {
    auto row = key_store_.FindKey(transaction, id);
    if (!row) throw store::IntegrityError("key " + base::ToHex(id) + " does not exist");
    return *std::move(row);
  }

 private:
  [[nodiscard]] store::KeyRow NewRow(std::string_view account, std::string_view region,
                                     std::string name, bool is_default) const {
    store::KeyRow row;
    random_.Fill(row.id);
    row.account = account;
    row.region = region;
    row.name = std::move(name);
    row.is_default = is_default;
    row.primary_version = kFirstKeyVersion;
    row.created = clock_.Now();
    return row;
  }

  /// Draws the key of `row` and stores both.
  [[nodiscard]] ResolvedKey Make(Transaction& transaction, const store::KeyRow& row) {
    SecretBytes key(crypto::kAeadKeySize);
    random_.Fill(key.ExposeWritable());
    store::KeyVersionRow version;
    version.id = row.id;
    version.version = row.primary_version;
    Installation::Sealed sealed = installation_.SealUnderMaster(
        Purpose::kKeyEncryptionKey, ContextOf(row, version.version), key.Expose(), random_);
    version.master_version = sealed.master_version;
    version.wrapped = std::move(sealed.record);
    version.created = row.created;
    key_store_.InsertKey(transaction, row, version);
    base::log::Info("key.created",
                    {{"account", row.account}, {"region", row.region}, {"name", row.name}});
    return {opened_keys_.Add(row.id, version.version, key), row.is_default};
  }

  [[nodiscard]] ResolvedKey Use(Transaction& transaction, const store::KeyRow& row) {
    auto opened = opened_keys_.Find(row.id, row.primary_version);
    if (!opened) opened = OpenStored(transaction, row, row.primary_version);
    return {*std::move(opened), row.is_default};
  }

  [[nodiscard]] UsableKey OpenStored(Transaction& transaction, const store::KeyRow& row,
                                     std::uint32_t version) {
    const auto stored = key_store_.FindKeyVersion(transaction, row.id, version);
    if (!stored) {
      throw store::IntegrityError("key " + base::ToHex(row.id) + " has no version " +
                                  std::to_string(version));
    }
    const auto key = installation_.OpenUnderMaster(Purpose::kKeyEncryptionKey,
                                                   ContextOf(row, version), stored->wrapped);
    if (!key || key->size() != crypto::kAeadKeySize) {
      throw store::IntegrityError("key " + base::ToHex(row.id) + " does not open");
    }
    return opened_keys_.Add(row.id, version, *key);
  }

  [[nodiscard]] BindingContext ContextOf(const store::KeyRow& row, std::uint32_t version) const {
    BindingContext context = installation_.NewContext();
    BindKeyVersion(context, row, version);
    return context;
  }

  Random& random_;
  const Clock& clock_;
  Installation installation_;
  HmacRowMac row_mac_;
  store::KeyStore key_store_;
  SessionTokens session_tokens_;
  store::KeySettingsStore key_settings_;
  KnownIdentities identities_;
  OpenedKeys opened_keys_;
};

Keyring::Keyring(Database& database, const GivenMasterKeys& master, Random& random,
                 const Clock& clock)
    : implementation_(std::make_unique<Implementation>(database, master, random, clock)) {}

Keyring::Keyring(Database& database, SecretBytes master, Random& random, const Clock& clock)
    : Keyring(database, GivenMasterKeys::Of(std::move(master)), random, clock) {}

Keyring::~Keyring() = default;

std::span<const std::byte> Keyring::installation_id() const {
  return implementation_->installation().id();
}

Installation& Keyring::installation() const { return implementation_->installation(); }

const store::RowMac& Keyring::row_mac() const { return implementation_->row_mac(); }

const store::KeyStore& Keyring::key_store() const { return implementation_->key_store(); }

const SessionTokens& Keyring::session_tokens() const { return implementation_->session_tokens(); }

const store::KeySettingsStore& Keyring::key_settings() const {
  return implementation_->key_settings();
}

UsableKey Keyring::DefaultKey(Transaction& transaction, std::string_view account,
                              std::string_view region) {
  return implementation_->DefaultKey(transaction, account, region).key;
}

Result<ResolvedKey> Keyring::Resolve(Transaction& transaction, std::string_view account,
                                     std::string_view region, std::string_view kms_key_id,
                                     bool create_unknown) {
  ASSIGN_OR_RETURN(const KeyName name, ParseKeyName(account, region, kms_key_id));
  if (name.kind == KeyName::Kind::kDefault) {
    return implementation_->DefaultKey(transaction, account, region);
  }
  if (auto found = implementation_->FindNamed(transaction, account, region, name)) {
    return *std::move(found);
  }
  if (!create_unknown) return std::unexpected(KeyNotFound(kms_key_id));
  return implementation_->MakeNamed(transaction, account, region, name);
}

UsableKey Keyring::Find(Transaction& transaction, const secrets::KeyId& id, std::uint32_t version) {
  return implementation_->Find(transaction, id, version);
}

store::KeyRow Keyring::Create(Transaction& transaction, std::string_view account,
                              std::string_view region) {
  return implementation_->Create(transaction, account, region);
}

std::shared_ptr<const KeyIdentity> Keyring::Identify(Transaction& transaction,
                                                     const secrets::KeyId& id) const {
  return implementation_->Identify(transaction, id);
}

std::string Keyring::DisplayName(Transaction& transaction, const secrets::KeyId& id) {
  const auto identity = implementation_->Identify(transaction, id);
  return identity->is_default ? "DefaultEncryptionKey" : identity->arn;
}

std::vector<std::byte> Keyring::SealAccessKey(std::string_view access_key_id,
                                              std::string_view account,
                                              const SecretBytes& secret) const {
  const Installation& installation = implementation_->installation();
  return installation
      .SealUnderMaster(Purpose::kAccessKeySecret,
                       AccessKeyContext(installation, access_key_id, account), secret.Expose(),
                       implementation_->random())
      .record;
}

std::optional<SecretBytes> Keyring::OpenAccessKey(const store::AccessKeyRow& row) const {
  const Installation& installation = implementation_->installation();
  return installation.OpenUnderMaster(
      Purpose::kAccessKeySecret, AccessKeyContext(installation, row.access_key_id, row.account),
      row.sealed_secret);
}

}  // namespace coffer::keyring
