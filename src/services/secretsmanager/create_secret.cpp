#include "services/secretsmanager/create_secret.h"

#include "secrets/messages.h"
#include "secrets/secret_identifier.h"
#include "secrets/tags.h"
#include "services/secretsmanager/replication.h"
#include "services/secretsmanager/values.h"

#include <utility>

namespace coffer::services::secretsmanager {
namespace {

// A name that is taken: the same request again is answered as the first time, anything else
// refused. A replica was not made by such a request.
Result<CreateSecretResponse> AnswerExisting(const Context& context, const secrets::Secret& existing,
                                            const CreateSecretRequest& request,
                                            const std::optional<keyring::Value>& value) {
  if (existing.deleted) return std::unexpected(secrets::NameScheduledForDeletion());
  if (value && !secrets::IsReplica(existing)) {
    const std::string token = request.client_request_token.value_or("");
    ASSIGN_OR_RETURN(const TokenUse use, ExamineToken(context, existing, token, *value));
    if (use == TokenUse::kReplay) {
      CreateSecretResponse response{secrets::ArnOf(existing), existing.address.name, token, {}};
      if (request.add_replica_regions) {
        response.replication_status = ShowReplicas(context, existing);
      }
      return response;
    }
  }
  return std::unexpected(secrets::SecretExists(existing.address.name));
}

Result<secrets::Secret> NewSecret(const Context& context, const CreateSecretRequest& request) {
  secrets::Secret secret;
  secret.address = {std::string(context.account), std::string(context.region), request.name};
  secret.arn_suffix = secrets::DrawArnSuffix(context.service.random);
  secret.description = Presence(request.description);
  secret.kms_key_id = Presence(request.kms_key_id);
  secret.type = Presence(request.type);
  secret.created = context.now;
  secret.last_changed = context.now;
  if (request.tags && !request.tags->empty()) {
    ASSIGN_OR_RETURN(secret.tags, secrets::WithTags(std::nullopt, ToRules(*request.tags)));
  }
  return secret;
}

}  // namespace

Result<void> CreateSecretRequest::Check() const {
  RETURN_IF_ERROR(secrets::CheckName(name));
  if (!client_request_token) return std::unexpected(secrets::TokenMissing());
  if (secret_string && secret_binary) return std::unexpected(secrets::BothValuesGiven());
  if (cross_account_primary_arn) {
    return Fail(ErrorCode::kNotImplemented,
                "Coffer replicates secrets to other regions, not to other accounts. Create the "
                "secret without CrossAccountPrimaryARN.");
  }
  return {};
}

std::vector<std::string_view> CreateSecretRequest::FurtherOperations() const {
  std::vector<std::string_view> operations;
  if (tags && !tags->empty()) operations.emplace_back("TagResource");
  if (add_replica_regions) operations.emplace_back("ReplicateSecretToRegions");
  return operations;
}

Result<CreateSecretResponse> CreateSecret(Context& context, const CreateSecretRequest& request) {
  const std::string token = request.client_request_token.value_or("");  // Check() wants one.
  const std::optional<keyring::Value> value =
      GivenValue(request.secret_string, request.secret_binary);
  store::SecretStore& store = context.service.secrets;

  if (request.add_replica_regions) {
    RETURN_IF_ERROR(
        CheckReplicaRegions(context.service, context.region, *request.add_replica_regions));
  }
  ASSIGN_OR_RETURN(secrets::Secret secret, NewSecret(context, request));
  if (const auto existing = store.Find(context.transaction, secret.address)) {
    return AnswerExisting(context, *existing, request, value);
  }

  // A key that cannot be used is refused at once, even when there is no value to seal yet.
  RETURN_IF_ERROR(KeyOf(context, secret, kKeyProbe));
  store.Insert(context.transaction, secret);
  CreateSecretResponse response{secrets::ArnOf(secret), secret.address.name, {}, {}};
  if (value) {
    RETURN_IF_ERROR(AddVersion(context, secret, token, std::nullopt, *value));
    store.Update(context.transaction, secret);
    response.version_id = token;
  }
  if (request.add_replica_regions) {
    AddReplicas(ReplicationScopeOf(context), secret, *request.add_replica_regions,
                request.force_overwrite_replica_secret.value_or(false));
    response.replication_status = ShowReplicas(context, secret);
  }
  return response;
}

}  // namespace coffer::services::secretsmanager
