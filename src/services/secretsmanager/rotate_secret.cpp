#include "services/secretsmanager/rotate_secret.h"

#include "secrets/messages.h"
#include "secrets/rotation.h"
#include "secrets/secret_identifier.h"
#include "services/secretsmanager/begin_rotation.h"
#include "services/secretsmanager/rotation_state.h"

#include <utility>

namespace coffer::services::secretsmanager {
namespace {

using secrets::Rotation;

bool ConfiguresRotation(const RotateSecretRequest& request) {
  return Presence(request.rotation_lambda_arn) || request.rotation_rules;
}

Result<void> CheckIsNotPartners(const secrets::Secret& secret, const RotateSecretRequest& request) {
  if (!request.external_secret_rotation_metadata && !request.external_secret_rotation_role_arn &&
      (!secret.type || Presence(request.rotation_lambda_arn))) {
    return {};
  }
  return Fail(ErrorCode::kInvalidRequest,
              "Coffer does not rotate managed external secrets: that takes their partner's own "
              "service. Give a RotationLambdaARN, and no ExternalSecretRotation members.");
}

// The stored configuration with what the request says instead: rules are replaced as a whole.
Result<Rotation> Configure(const Context& context, const secrets::Secret& secret,
                           const RotateSecretRequest& request) {
  if (request.rotation_rules) {
    RETURN_IF_ERROR(secrets::ParseRotationRules(ToRules(*request.rotation_rules)));
  }
  const auto stored = context.service.rotations.Find(context.transaction, secret.id);
  Rotation rotation = stored ? stored->rotation : Rotation{};
  if (!rotation.is_enabled || ConfiguresRotation(request)) rotation.configured = context.now;
  if (const auto function = Presence(request.rotation_lambda_arn)) {
    rotation.function_arn = *function;
  }
  if (request.rotation_rules) rotation.set_rules(ToRules(*request.rotation_rules));
  if (rotation.function_arn.empty()) return std::unexpected(secrets::NoRotationFunction());
  const std::string arn = secrets::ArnOf(secret);
  if (context.service.functions.Find(rotation.function_arn, arn) == nullptr) {
    return std::unexpected(secrets::CannotInvokeFunction());
  }
  rotation.is_enabled = true;
  return rotation;
}

// What a token means that is known already.
enum class KnownToken : std::uint8_t { kNo, kReplay };

// SDKs send a request again when its answer is lost: then nothing new begins.
Result<KnownToken> ExamineRotationToken(const Context& context, const secrets::Secret& secret,
                                        std::string_view token) {
  if (secret.labels.Holder(secrets::kPending) == token ||
      secret.labels.Holder(secrets::kCurrent) == token) {
    return KnownToken::kReplay;
  }
  // A test leaves its version without a label.
  const auto jobs = context.service.rotations.Jobs(context.transaction, secret.id);
  if (!jobs.empty() && jobs.front().version_id == token) return KnownToken::kReplay;
  if (!context.service.secrets.FindVersion(context.transaction, secret, token)) {
    return KnownToken::kNo;
  }
  ApiError in_use = secrets::TokenInUse(token, secrets::ArnOf(secret));
  in_use.code = ErrorCode::kInvalidRequest;
  return std::unexpected(std::move(in_use));
}

// A rotation that is not complete is tried again at once, although this call is refused.
Result<void> CheckIsComplete(const Context& context, const secrets::Secret& secret) {
  if (!secrets::IsRotationIncomplete(secret.labels)) return {};
  if (RotationListener* const listener = context.service.rotation_listener) {
    context.transaction.AtEnd([listener, id = secret.id] { listener->OnRotationWanted(id); });
  }
  return std::unexpected(secrets::RotationIncomplete());
}

}  // namespace

Result<void> RotateSecretRequest::Check() const {
  if (client_request_token) return {};
  // Of all operations this one alone answers so.
  ApiError missing = secrets::TokenMissing();
  missing.code = ErrorCode::kInvalidParameter;
  return std::unexpected(std::move(missing));
}

Result<RotateSecretResponse> RotateSecret(Context& context, const AuthorizedSecret& secret,
                                          const RotateSecretRequest& request) {
  if (secret->deleted) return std::unexpected(secrets::MarkedForDeletion());
  RETURN_IF_ERROR(CheckIsNotPartners(*secret, request));
  ASSIGN_OR_RETURN(Rotation rotation, Configure(context, *secret, request));
  const std::string token = request.client_request_token.value_or("");  // Check() wants one.
  const bool is_immediate = request.rotate_immediately.value_or(true);

  RotateSecretResponse response{secret.arn(), secret->address.name, std::nullopt};
  if (is_immediate) response.version_id = token;
  ASSIGN_OR_RETURN(const KnownToken known, ExamineRotationToken(context, *secret, token));
  if (known == KnownToken::kReplay) return response;
  RETURN_IF_ERROR(CheckIsComplete(context, *secret));

  rotation.related_secrets = ReadableRelatedSecrets(context, *secret);
  secrets::Secret changed = *secret;
  BeginRotation(
      ScopeOf(context), changed, rotation,
      {.version_id = token,
       .kind = is_immediate ? secrets::RotationKind::kRotate : secrets::RotationKind::kTest,
       .is_scheduled = false});
  PutRotation(ScopeOf(context), changed, std::move(rotation));
  return response;
}

}  // namespace coffer::services::secretsmanager
