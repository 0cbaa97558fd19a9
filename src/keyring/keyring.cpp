#include "keyring/keyring.h"

#include "base/encoding.h"
#include "base/log.h"
#include "keyring/hmac_row_mac.h"
#include "keyring/installation.h"
#include "keyring/key_name.h"
#include "keyring/opened_keys.h"
#include "keyring/record.h"
#include "keyring/wrapped_keys.h"
#include "secrets/messages.h"

#include <array>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace coffer::keyring {
namespace {

constexpr std::uint32_t kFirstKeyVersion = 1;

/// Identities that were asked for in this process. Those made in a transaction that is rolled back
/// stay here unseen, as those of OpenedKeys.
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
        key_settings_(row_mac_),
        key_lives_(row_mac_) {}

  [[nodiscard]] Installation& installation() { return installation_; }
  [[nodiscard]] const store::RowMac& row_mac() const { return row_mac_; }
  [[nodiscard]] const store::KeyStore& key_store() const { return key_store_; }
  [[nodiscard]] const SessionTokens& session_tokens() const { return session_tokens_; }
  [[nodiscard]] const store::KeySettingsStore& key_settings() const { return key_settings_; }
  [[nodiscard]] const store::KeyLifeStore& key_lives() const { return key_lives_; }
  [[nodiscard]] Random& random() const { return random_; }

  [[nodiscard]] store::KeyRow DefaultKey(Transaction& transaction, std::string_view account,
                                         std::string_view region) {
    auto row = key_store_.FindDefaultKey(transaction, account, region);
    if (row) return *std::move(row);
    return Make(transaction, NewRow(account, region, NewUuid(random_), true));
  }

  [[nodiscard]] std::optional<store::KeyRow> FindNamed(Transaction& transaction,
                                                       std::string_view region,
                                                       const KeyName& name) const {
    return name.kind == KeyName::Kind::kAlias
               ? key_store_.FindKeyByAlias(transaction, name.account, region, name.text)
               : key_store_.FindKeyByName(transaction, name.account, region, name.text);
  }

  [[nodiscard]] store::KeyRow MakeNamed(Transaction& transaction, std::string_view region,
                                        const KeyName& name) {
    if (name.kind == KeyName::Kind::kName) {
      return Make(transaction, NewRow(name.account, region, name.text, false));
    }
    store::KeyRow row = Create(transaction, name.account, region);
    key_store_.InsertAlias(transaction, row, name.text, row.created);
    return row;
  }

  [[nodiscard]] store::KeyRow Create(Transaction& transaction, std::string_view account,
                                     std::string_view region) {
    return Make(transaction, NewRow(account, region, NewUuid(random_), false));
  }

  void Rotate(Transaction& transaction, store::KeyRow& row) {
    SecretBytes key(crypto::kAeadKeySize);
    random_.Fill(key.ExposeWritable());
    key_store_.AddVersion(transaction, row, Wrap(row, row.primary_version + 1, clock_.Now(), key));
    // See OpenedKeys: this version may never be committed, and who writes in the same group may
    // open it before that is known.
    ForgetAtEnd(transaction, row.id);
    LogOf("key.rotated", row);
  }

  void Destroy(Transaction& transaction, store::KeyRow& row) {
    key_store_.Destroy(transaction, row);
    transaction.AtEnd([this, id = row.id] { opened_keys_.Bar(id); });
    LogOf("key.destroyed", row);
  }

  void ForgetAtEnd(Transaction& transaction, const secrets::KeyId& id) {
    transaction.AtEnd([this, id] { opened_keys_.Forget(id); });
  }

  [[nodiscard]] std::shared_ptr<const KeyIdentity> Identify(Transaction& transaction,
                                                            const secrets::KeyId& id) {
    if (auto known = identities_.Find(id)) return known;
    return identities_.Add(RowOf(transaction, id));
  }

  [[nodiscard]] std::shared_ptr<const OpenedKey> Find(Transaction& transaction,
                                                      const secrets::KeyId& id,
                                                      std::uint32_t version) {
    if (auto opened = opened_keys_.Find(id, version)) return opened;
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
  [[nodiscard]] store::KeyRow Make(Transaction& transaction, store::KeyRow row) {
    SecretBytes key(crypto::kAeadKeySize);
    random_.Fill(key.ExposeWritable());
    key_store_.InsertKey(transaction, row, Wrap(row, row.primary_version, row.created, key));
    LogOf("key.created", row);
    static_cast<void>(opened_keys_.Add(row.id, row.primary_version, key));
    return row;
  }

  /// `key` as version `number` of the key of `row`.
  [[nodiscard]] store::KeyVersionRow Wrap(const store::KeyRow& row, std::uint32_t number,
                                          Timestamp created, const SecretBytes& key) const {
    store::KeyVersionRow version;
    version.id = row.id;
    version.version = number;
    Installation::Sealed sealed = installation_.SealUnderMaster(
        Purpose::kKeyEncryptionKey, ContextOf(row, number), key.Expose(), random_);
    version.master_version = sealed.master_version;
    version.wrapped = std::move(sealed.record);
    version.created = created;
    return version;
  }

  static void LogOf(std::string_view event, const store::KeyRow& row) {
    base::log::Info(event, {{"account", row.account}, {"region", row.region}, {"name", row.name}});
  }

  [[nodiscard]] std::shared_ptr<const OpenedKey> OpenStored(Transaction& transaction,
                                                            const store::KeyRow& row,
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
  store::KeyLifeStore key_lives_;
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

const store::KeyLifeStore& Keyring::key_lives() const { return implementation_->key_lives(); }

UsableKey Keyring::DefaultKey(Transaction& transaction, std::string_view account,
                              std::string_view region) {
  return Newest(transaction, implementation_->DefaultKey(transaction, account, region));
}

Result<store::KeyRow> Keyring::Resolve(Transaction& transaction, std::string_view account,
                                       std::string_view region, std::string_view kms_key_id,
                                       bool create_unknown) {
  ASSIGN_OR_RETURN(const KeyName name, ParseKeyName(account, region, kms_key_id));
  const bool is_own = name.account == account;
  if (name.kind == KeyName::Kind::kDefault) {
    if (is_own) return implementation_->DefaultKey(transaction, account, region);
    return std::unexpected(secrets::KmsAccessDenied());  // It is for its account alone.
  }
  if (auto found = implementation_->FindNamed(transaction, region, name)) return *std::move(found);
  // What other accounts have is not told.
  if (!is_own) return std::unexpected(secrets::KmsAccessDenied());
  if (!create_unknown) return std::unexpected(KeyNotFound(kms_key_id));
  return implementation_->MakeNamed(transaction, region, name);
}

UsableKey Keyring::Newest(Transaction& transaction, const store::KeyRow& key) {
  return Find(transaction, key.id, key.primary_version);
}

UsableKey Keyring::Find(Transaction& transaction, const secrets::KeyId& id, std::uint32_t version) {
  std::shared_ptr<const OpenedKey> opened = implementation_->Find(transaction, id, version);
  const crypto::Aead* const aead = &opened->aead;
  return {id, version, std::shared_ptr<const crypto::Aead>(std::move(opened), aead)};
}

SecretBytes Keyring::MessageKey(Transaction& transaction, const secrets::KeyId& id,
                                std::uint32_t version, std::span<const std::byte> salt) {
  const crypto::Sha256Digest derived =
      implementation_->Find(transaction, id, version)->message_keys.Sign(salt);
  return SecretBytes(derived);
}

void Keyring::Rotate(Transaction& transaction, store::KeyRow& key) {
  implementation_->Rotate(transaction, key);
}

void Keyring::Destroy(Transaction& transaction, store::KeyRow& key) {
  implementation_->Destroy(transaction, key);
}

void Keyring::Forget(Transaction& transaction, const secrets::KeyId& id) {
  implementation_->ForgetAtEnd(transaction, id);
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
