#include "services/secretsmanager/values.h"

#include "keyring/key_name.h"
#include "secrets/messages.h"
#include "secrets/secret_identifier.h"
#include "secrets/versions.h"

#include <utility>

namespace coffer::services::secretsmanager {

// The list of versions is read only when the quota is passed.
Result<void> RemoveSurplus(const Context& context, secrets::Secret& secret) {
  if (secret.version_count <= secrets::kMaxVersions) return {};
  store::SecretStore& store = context.service.secrets;
  const std::vector<secrets::Version> versions = store.Versions(context.transaction, secret);
  ASSIGN_OR_RETURN(const std::vector<std::string> surplus,
                   secrets::VersionsToRemove(versions, secret.labels, context.now));
  for (const std::string& version_id : surplus) {
    store.RemoveVersion(context.transaction, secret, version_id);
  }
  secret.version_count -= static_cast<std::int64_t>(surplus.size());
  return {};
}

bool IsWithoutValue(const secrets::Secret& secret) {
  return !secret.labels.Holder(secrets::kCurrent).has_value();
}

std::optional<keyring::Value> GivenValue(const std::optional<base::SecretText>& secret_string,
                                         const std::optional<base::SecretBlob>& secret_binary) {
  if (secret_string) return keyring::Value{keyring::ValueKind::kText, secret_string->bytes.Copy()};
  if (secret_binary) {
    return keyring::Value{keyring::ValueKind::kBinary, secret_binary->bytes.Copy()};
  }
  return std::nullopt;
}

ShownValue Show(keyring::Value value) {
  if (value.kind == keyring::ValueKind::kText) {
    return {.secret_string = base::SecretText{std::move(value.bytes)}, .secret_binary = {}};
  }
  return {.secret_string = {}, .secret_binary = base::SecretBlob{std::move(value.bytes)}};
}

Result<ReadVersion> ReadValue(const Context& context, const secrets::Secret& secret,
                              std::string_view version_id) {
  store::SecretStore& store = context.service.secrets;
  auto stored = store.FindVersionForRead(context.transaction, secret, version_id);
  if (!stored) return std::unexpected(secrets::VersionNotFound(version_id));
  const std::optional<store::SealedValue>& sealed = stored->value;
  if (!sealed) return std::unexpected(secrets::VersionNotFound(version_id));
  RETURN_IF_ERROR(
      context.authorizer.AuthorizeKey(KeyUse::kOpen, secret, version_id, sealed->key_id));
  ASSIGN_OR_RETURN(keyring::Value value,
                   context.service.envelope.Open(context.transaction, secret, version_id, *sealed));
  store.Touch(secret, *stored, DayOf(context.now));
  return ReadVersion{std::move(stored), std::move(value)};
}

Result<TokenUse> ExamineToken(const Context& context, const secrets::Secret& secret,
                              std::string_view token, const keyring::Value& value) {
  const auto stored = context.service.secrets.FindVersion(context.transaction, secret, token);
  if (!stored) return TokenUse::kNew;
  const std::optional<store::SealedValue>& sealed = stored->value;
  if (!sealed) return TokenUse::kPending;
  RETURN_IF_ERROR(context.authorizer.AuthorizeKey(KeyUse::kOpen, secret, token, sealed->key_id));
  ASSIGN_OR_RETURN(const keyring::Value present,
                   context.service.envelope.Open(context.transaction, secret, token, *sealed));
  if (keyring::SameValue(present, value)) return TokenUse::kReplay;
  return std::unexpected(secrets::TokenInUse(token, secrets::ArnOf(secret)));
}

Result<keyring::UsableKey> KeyOf(const Context& context, const secrets::Secret& secret,
                                 std::string_view version_id) {
  keyring::Keyring& keyring = context.service.keyring;
  const auto& [account, region, name] = secret.address;
  ASSIGN_OR_RETURN(
      const store::KeyRow key,
      keyring.Resolve(context.transaction, account, region,
                      secret.kms_key_id.value_or(std::string(keyring::kDefaultKeyAlias)),
                      context.service.create_unknown_keys));
  // Before it is opened: a key that is disabled stays out of memory, and one that is destroyed
  // cannot be.
  RETURN_IF_ERROR(context.authorizer.AuthorizeKey(KeyUse::kSeal, secret, version_id, key.id));
  return keyring.Newest(context.transaction, key);
}

Result<void> AddVersion(const Context& context, secrets::Secret& secret, const std::string& token,
                        const std::optional<std::vector<std::string>>& stages,
                        const keyring::Value& value) {
  ASSIGN_OR_RETURN(secret.labels, secrets::AfterPut(secret.labels, token, stages,
                                                    /*is_first_version=*/IsWithoutValue(secret)));
  ASSIGN_OR_RETURN(const keyring::UsableKey key, KeyOf(context, secret, token));
  const secrets::Version version{.id = token,
                                 .ordinal = secret.generation,
                                 .created = context.now,
                                 .last_accessed = std::nullopt,
                                 .key_id = key.id,
                                 .has_value = true};
  context.service.secrets.InsertVersion(context.transaction, secret, version,
                                        context.service.envelope.Seal(secret, token, key, value));
  ++secret.version_count;
  return RemoveSurplus(context, secret);
}

}  // namespace coffer::services::secretsmanager
