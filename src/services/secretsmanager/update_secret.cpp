#include "services/secretsmanager/update_secret.h"

#include "secrets/messages.h"
#include "secrets/secret_identifier.h"
#include "services/secretsmanager/rotation_state.h"
#include "services/secretsmanager/values.h"

#include <array>
#include <set>

namespace coffer::services::secretsmanager {
namespace {

// A new key re-encrypts the versions that are in use (AWS: UpdateSecret, KmsKeyId); older ones stay
// under the key that sealed them, and so do those whose key the caller may not use or nobody can
// (AWS: change the encryption key of a secret). Else a secret could not leave a lost key.
Result<void> SealAnew(const Context& context, const secrets::Secret& secret) {
  constexpr std::array kInUse{secrets::kCurrent, secrets::kPrevious, secrets::kPending};
  store::SecretStore& store = context.service.secrets;
  ASSIGN_OR_RETURN(const keyring::UsableKey key, KeyOf(context, secret, kKeyProbe));
  std::set<std::string, std::less<>> version_ids;
  for (const std::string_view label : kInUse) {
    if (const auto holder = secret.labels.Holder(label)) version_ids.emplace(*holder);
  }
  for (const std::string& version_id : version_ids) {
    const auto stored = store.FindVersion(context.transaction, secret, version_id);
    if (!stored || stored->version.key_id == key.id) continue;
    const std::optional<store::SealedValue>& sealed = stored->value;
    if (!sealed) continue;
    if (!context.authorizer.AuthorizeKey(KeyUse::kOpen, secret, version_id, sealed->key_id)) {
      continue;
    }
    ASSIGN_OR_RETURN(
        const keyring::Value value,
        context.service.envelope.Open(context.transaction, secret, version_id, *sealed));
    secrets::Version version = stored->version;
    version.key_id = key.id;
    store.ReplaceValue(context.transaction, secret, version,
                       context.service.envelope.Seal(secret, version_id, key, value));
  }
  return {};
}

// The members beside the value; answers whether any was given.
Result<bool> ChangeMetadata(const Context& context, const UpdateSecretRequest& request,
                            secrets::Secret& secret) {
  if (request.description) secret.description = Presence(request.description);
  if (request.type) secret.type = Presence(request.type);
  if (request.kms_key_id) {
    secret.kms_key_id = Presence(request.kms_key_id);
    RETURN_IF_ERROR(SealAnew(context, secret));
  }
  return request.description || request.type || request.kms_key_id;
}

}  // namespace

Result<void> UpdateSecretRequest::Check() const {
  if (secret_string && secret_binary) return std::unexpected(secrets::BothValuesGiven());
  if ((secret_string || secret_binary) && !client_request_token) {
    return std::unexpected(secrets::TokenMissing());
  }
  return {};
}

Result<UpdateSecretResponse> UpdateSecret(Context& context, const AuthorizedSecret& secret,
                                          const UpdateSecretRequest& request) {
  if (secret->deleted) return std::unexpected(secrets::MarkedForDeletion());
  const std::optional<keyring::Value> value =
      GivenValue(request.secret_string, request.secret_binary);
  UpdateSecretResponse response{secrets::ArnOf(*secret), secret->address.name, std::nullopt};

  secrets::Secret changed = *secret;
  ASSIGN_OR_RETURN(bool is_changed, ChangeMetadata(context, request, changed));
  bool has_new_value = false;
  if (value && request.client_request_token) {  // Check has seen to it that one has the other.
    const std::string& token = *request.client_request_token;
    ASSIGN_OR_RETURN(const TokenUse use, ExamineToken(context, changed, token, *value));
    if (use == TokenUse::kPending) {
      return std::unexpected(secrets::TokenInUse(token, response.arn));
    }
    if (use == TokenUse::kNew) {
      RETURN_IF_ERROR(AddVersion(context, changed, token, std::nullopt, *value));
      is_changed = true;
      has_new_value = true;
    }
    response.version_id = token;
  }
  if (is_changed) {
    changed.last_changed = context.now;
    context.service.secrets.Update(context.transaction, changed);
    if (has_new_value) NoteNewValue(context, changed, *response.version_id);
  }
  return response;
}

}  // namespace coffer::services::secretsmanager
