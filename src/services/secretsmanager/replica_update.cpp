#include "services/secretsmanager/replica_update.h"

#include "base/log.h"
#include "keyring/key_name.h"
#include "secrets/messages.h"
#include "secrets/secret_identifier.h"
#include "services/secretsmanager/rotation_state.h"
#include "services/secretsmanager/values.h"

#include <utility>

namespace coffer::services::secretsmanager {
namespace {

// Replicas are kept up by the vault itself, in nobody's name, so the state of a key is looked at
// here; for callers the authorizer does it.
bool IsUsable(const ReplicationScope& scope, const secrets::KeyId& key_id) {
  return scope.service.keyring.key_settings().Find(scope.transaction, key_id).is_enabled;
}

}  // namespace

void ReplicaUpdate::Run(secrets::Replica& entry, bool by_force) {
  try {
    const auto held =
        scope_.service.secrets.Find(scope_.transaction, secrets::AddressIn(primary_, entry.region));
    const bool is_there = held && secrets::IsReplicaOf(*held, primary_);
    if (!is_there && scope_.authorizer == nullptr) return;
    const Result<void> updated =
        is_there ? Follow(entry, *held) : Make(entry, held.get(), by_force);
    updated ? NoteSuccess(entry) : NoteFailure(entry, updated.error().message);
  } catch (const store::IntegrityError& error) {
    // A row that was touched must not keep the primary from being changed.
    base::log::Error(
        "replica.not_updated",
        {{"secret", secrets::ArnOf(primary_)}, {"region", entry.region}, {"reason", error.what()}});
    NoteFailure(entry, "What is stored of the replica or of its primary was damaged.");
  }
}

Result<void> ReplicaUpdate::Follow(secrets::Replica& entry, const secrets::Secret& held) {
  store::SecretStore& store = scope_.service.secrets;
  secrets::Secret replica = secrets::Following(primary_, held);
  if (!replica.kms_key_id) replica.kms_key_id = keyring::kDefaultKeyAlias;
  entry.kms_key_id = *replica.kms_key_id;  // Which can be changed there alone.
  const secrets::VersionChanges changes =
      secrets::Compare(Versions(), store.Versions(scope_.transaction, held));
  if (changes.empty() && replica == held) return {};

  std::vector<SealedVersion> copied;
  std::vector<SealedVersion> filled;
  if (!changes.copied.empty() || !changes.filled.empty()) {
    ASSIGN_OR_RETURN(const keyring::UsableKey key, KeyOf(replica));
    ASSIGN_OR_RETURN(copied, SealAnew(replica, key, changes.copied));
    ASSIGN_OR_RETURN(filled, SealAnew(replica, key, changes.filled));
  }
  for (const std::string& version_id : changes.removed) {
    store.RemoveVersion(scope_.transaction, held, version_id);
  }
  for (const SealedVersion& sealed : copied) {
    store.InsertVersion(scope_.transaction, held, sealed.version, sealed.value);
  }
  for (const SealedVersion& sealed : filled) {
    if (sealed.value) {
      store.ReplaceValue(scope_.transaction, held, sealed.version, *sealed.value);
    }
  }
  // Ordinals of versions are generations of the primary: those that follow them here, once the
  // replica is promoted, must be greater.
  store.Update(scope_.transaction, replica, primary_.generation);
  return {};
}

Result<void> ReplicaUpdate::Make(const secrets::Replica& entry, const secrets::Secret* holder,
                                 bool by_force) {
  store::SecretStore& store = scope_.service.secrets;
  if (holder != nullptr) {
    if (auto obstacle = secrets::Obstacle(*holder, primary_, by_force)) {
      return Fail(ErrorCode::kInvalidParameter, *std::move(obstacle));
    }
  }
  secrets::Secret replica;
  replica.address = secrets::AddressIn(primary_, entry.region);
  replica.generation = primary_.generation;
  replica.created = scope_.now;
  replica.kms_key_id = entry.kms_key_id;
  replica = secrets::Following(primary_, std::move(replica));

  ASSIGN_OR_RETURN(const keyring::UsableKey key, KeyOf(replica));
  RETURN_IF_ERROR(scope_.authorizer->AuthorizeKey(KeyUse::kReplicate, replica, kKeyProbe, key.id));
  for (const secrets::Version& version : Versions()) RETURN_IF_ERROR(PermitOpening(version));
  ASSIGN_OR_RETURN(const std::vector<SealedVersion> copied, SealAnew(replica, key, Versions()));
  if (holder != nullptr) {
    store.Remove(scope_.transaction, *holder);
    AnnounceRotation({scope_.service, scope_.transaction, scope_.now});
  }
  store.Insert(scope_.transaction, replica);
  for (const SealedVersion& sealed : copied) {
    store.InsertVersion(scope_.transaction, replica, sealed.version, sealed.value);
  }
  return {};
}

Result<keyring::UsableKey> ReplicaUpdate::KeyOf(const secrets::Secret& replica) const {
  keyring::Keyring& keyring = scope_.service.keyring;
  ASSIGN_OR_RETURN(
      const store::KeyRow key,
      keyring.Resolve(scope_.transaction, replica.address.account, replica.address.region,
                      replica.kms_key_id.value_or(std::string(keyring::kDefaultKeyAlias)),
                      scope_.service.create_unknown_keys));
  if (!IsUsable(scope_, key.id)) return std::unexpected(secrets::CannotEncrypt());
  return keyring.Newest(scope_.transaction, key);
}

Result<void> ReplicaUpdate::PermitOpening(const secrets::Version& version) const {
  if (!version.has_value) return {};
  return scope_.authorizer->AuthorizeKey(KeyUse::kOpen, primary_, version.id, version.key_id);
}

Result<std::vector<ReplicaUpdate::SealedVersion>> ReplicaUpdate::SealAnew(
    const secrets::Secret& replica, const keyring::UsableKey& key,
    std::span<const secrets::Version> versions) const {
  const keyring::Envelope& envelope = scope_.service.envelope;
  std::vector<SealedVersion> sealed;
  for (const secrets::Version& version : versions) {
    SealedVersion copy{.version = version, .value = std::nullopt};
    copy.version.last_accessed.reset();
    const auto stored =
        scope_.service.secrets.FindVersion(scope_.transaction, primary_, version.id);
    const std::optional<store::SealedValue>& value = stored->value;
    if (value) {
      if (!IsUsable(scope_, value->key_id)) return std::unexpected(secrets::CannotDecrypt());
      ASSIGN_OR_RETURN(const keyring::Value opened,
                       envelope.Open(scope_.transaction, primary_, version.id, *value));
      copy.value = envelope.Seal(replica, version.id, key, opened);
    }
    sealed.push_back(std::move(copy));
  }
  return sealed;
}

const std::vector<secrets::Version>& ReplicaUpdate::Versions() {
  if (!versions_) versions_ = scope_.service.secrets.Versions(scope_.transaction, primary_);
  return *versions_;
}

}  // namespace coffer::services::secretsmanager
