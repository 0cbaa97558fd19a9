#include "api/account_authorizer.h"

#include "secrets/messages.h"

#include <utility>

namespace coffer::api {
namespace {

using services::secretsmanager::AuthorizedSecret;

ApiError Denied(const sigv4::Caller& caller, std::string_view operation,
                std::string_view resource) {
  const std::string action = "secretsmanager:" + std::string(operation);
  return {ErrorCode::kAccessDenied,
          "User: " + caller.principal_arn + " is not authorized to perform: " + action +
              " on resource: " + std::string(resource) +
              " because no resource-based policy allows the " + action + " action"};
}

}  // namespace

// An ARN's region is not looked at when the ARN is partial: the endpoint's region decides, as AWS
// was seen to do. A complete ARN of another region names a secret that is not here.
std::shared_ptr<const secrets::Secret> AccountAuthorizer::Resolve(
    const secrets::SecretIdentifier& identifier) const {
  const bool is_complete = identifier.suffix.has_value();
  if (is_complete && identifier.region != caller_.region) return nullptr;
  const secrets::SecretAddress address{caller_.account, caller_.region, identifier.name};
  auto secret = may_use_cache_ ? secrets_.FindForRead(transaction_, address)
                               : secrets_.Find(transaction_, address);
  if (secret && is_complete && secret->arn_suffix != *identifier.suffix) return nullptr;
  return secret;
}

Result<std::optional<AuthorizedSecret>> AccountAuthorizer::AuthorizeIfExists(
    std::string_view operation, std::string_view secret_id) {
  ASSIGN_OR_RETURN(const secrets::SecretIdentifier identifier,
                   secrets::ParseSecretIdentifier(secret_id));
  if (identifier.account.value_or(caller_.account) != caller_.account) {
    return std::unexpected(Denied(caller_, operation, secret_id));
  }
  auto secret = Resolve(identifier);
  if (!secret) return std::nullopt;
  return Admit(std::move(secret));
}

Result<AuthorizedSecret> AccountAuthorizer::Authorize(std::string_view operation,
                                                      std::string_view secret_id) {
  ASSIGN_OR_RETURN(std::optional<AuthorizedSecret> secret, AuthorizeIfExists(operation, secret_id));
  if (!secret) return std::unexpected(secrets::SecretNotFound());
  return *std::move(secret);
}

Result<AuthorizedSecret> AccountAuthorizer::AuthorizeFound(
    std::string_view operation, std::shared_ptr<const secrets::Secret> secret) {
  if (secret->address.account != caller_.account) {
    return std::unexpected(Denied(caller_, operation, secrets::ArnOf(*secret)));
  }
  return Admit(std::move(secret));
}

}  // namespace coffer::api
