#include "services/secretsmanager/put_secret_value.h"

#include "base/encoding.h"
#include "crypto/digest.h"
#include "secrets/messages.h"
#include "secrets/secret_identifier.h"
#include "services/secretsmanager/rotation_state.h"
#include "services/secretsmanager/values.h"

#include <algorithm>

namespace coffer::services::secretsmanager {
namespace {

// A rotation made the version without a value; this is the value.
Result<void> FillPending(const Context& context, secrets::Secret& secret,
                         const PutSecretValueRequest& request, const std::string& token,
                         const keyring::Value& value) {
  store::SecretStore& store = context.service.secrets;
  ASSIGN_OR_RETURN(secret.labels, secrets::AfterPut(secret.labels, token, request.version_stages,
                                                    /*is_first_version=*/IsWithoutValue(secret)));
  ASSIGN_OR_RETURN(const keyring::UsableKey key, KeyOf(context, secret, token));
  secrets::Version version = store.FindVersion(context.transaction, secret, token)->version;
  version.key_id = key.id;
  version.has_value = true;
  store.ReplaceValue(context.transaction, secret, version,
                     context.service.envelope.Seal(secret, token, key, value));
  return RemoveSurplus(context, secret);  // Nobody made room when the rotation began.
}

// Whoever shows the token of a rotation claims to act for it.
Result<void> CheckRotationToken(const Context& context, const secrets::Secret& secret,
                                const PutSecretValueRequest& request) {
  if (!request.rotation_token) return {};
  const auto job = context.service.rotations.FindLiveJob(context.transaction, secret.id);
  if (job && job->state == secrets::RotationState::kRunning &&
      job->version_id == request.client_request_token) {
    const std::string hash = base::ToHex(crypto::Sha256(base::AsBytes(*request.rotation_token)));
    if (crypto::ConstantTimeEqual(base::AsBytes(hash), base::AsBytes(job->rotation_token_hash))) {
      return {};
    }
  }
  return Fail(ErrorCode::kAccessDenied,
              "The RotationToken is not that of a running rotation of this secret and version.");
}

}  // namespace

bool IsRotationToken(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Result<void> PutSecretValueRequest::Check() const {
  if (!client_request_token) return std::unexpected(secrets::TokenMissing());
  if (secret_string && secret_binary) return std::unexpected(secrets::BothValuesGiven());
  if (!secret_string && !secret_binary) return std::unexpected(secrets::NoValueGiven());
  return {};
}

Result<PutSecretValueResponse> PutSecretValue(Context& context, const AuthorizedSecret& secret,
                                              const PutSecretValueRequest& request) {
  if (secret->deleted) return std::unexpected(secrets::MarkedForDeletion());
  const std::optional<keyring::Value> given =
      GivenValue(request.secret_string, request.secret_binary);
  // Check has refused such requests already.
  if (!request.client_request_token) return std::unexpected(secrets::TokenMissing());
  if (!given) return std::unexpected(secrets::NoValueGiven());
  const std::string& token = *request.client_request_token;
  const keyring::Value& value = *given;

  RETURN_IF_ERROR(CheckRotationToken(context, *secret, request));
  secrets::Secret changed = *secret;
  ASSIGN_OR_RETURN(const TokenUse use, ExamineToken(context, changed, token, value));
  switch (use) {
    case TokenUse::kReplay:
      break;
    case TokenUse::kPending:
      RETURN_IF_ERROR(FillPending(context, changed, request, token, value));
      break;
    case TokenUse::kNew:
      RETURN_IF_ERROR(AddVersion(context, changed, token, request.version_stages, value));
      break;
  }
  if (use != TokenUse::kReplay) {
    changed.last_changed = context.now;
    context.service.secrets.Update(context.transaction, changed);
    NoteNewValue(context, changed, token);
  }
  return PutSecretValueResponse{secrets::ArnOf(changed), changed.address.name, token,
                                changed.labels.Of(token)};
}

}  // namespace coffer::services::secretsmanager
