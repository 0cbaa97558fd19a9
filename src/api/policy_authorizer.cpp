#include "api/policy_authorizer.h"

#include "api/identity_loader.h"
#include "api/secret_context.h"
#include "base/log.h"
#include "policy/denial.h"
#include "secrets/messages.h"

#include <utility>

namespace coffer::api {
namespace {

using services::secretsmanager::AuthorizedSecret;
using services::secretsmanager::KeyUse;

}  // namespace

// An ARN's region is not looked at when the ARN is partial: the endpoint's region decides, as AWS
// was seen to do. A complete ARN of another region names a secret that is not here. A name belongs
// to the caller's account, an ARN to its own.
std::shared_ptr<const secrets::Secret> PolicyAuthorizer::Resolve(
    const secrets::SecretIdentifier& identifier) const {
  const sigv4::Caller& caller = facts_.caller;
  const bool is_complete = identifier.suffix.has_value();
  if (is_complete && identifier.region != caller.region) return nullptr;
  const secrets::SecretAddress address{identifier.account.value_or(caller.account), caller.region,
                                       identifier.name};
  auto secret = may_use_cache_ ? parts_.secrets.FindForRead(transaction_, address)
                               : parts_.secrets.Find(transaction_, address);
  if (secret && is_complete && secret->arn_suffix != identifier.suffix) return nullptr;
  return secret;
}

// What is not there is decided about as if it were, under an ARN that it could have had.
std::string PolicyAuthorizer::ArnOfMissing(std::string_view secret_id,
                                           const secrets::SecretIdentifier& identifier) const {
  if (identifier.suffix) return std::string(secret_id);
  const secrets::SecretAddress address{identifier.account.value_or(facts_.caller.account),
                                       facts_.caller.region, identifier.name};
  return secrets::SecretArn(address, secrets::DrawArnSuffix(parts_.random));
}

Result<std::optional<AuthorizedSecret>> PolicyAuthorizer::AuthorizeIfExists(
    std::string_view operation, std::string_view secret_id) {
  ASSIGN_OR_RETURN(const secrets::SecretIdentifier identifier,
                   secrets::ParseSecretIdentifier(secret_id));
  if (auto secret = Resolve(identifier)) return AuthorizeFound(operation, std::move(secret));
  const std::string account = identifier.account.value_or(facts_.caller.account);
  RETURN_IF_ERROR(
      Decide(operation,
             {.arn = ArnOfMissing(secret_id, identifier), .shown = secret_id, .account = account}));
  return std::nullopt;
}

Result<AuthorizedSecret> PolicyAuthorizer::Authorize(std::string_view operation,
                                                     std::string_view secret_id) {
  ASSIGN_OR_RETURN(std::optional<AuthorizedSecret> secret, AuthorizeIfExists(operation, secret_id));
  if (!secret) return std::unexpected(secrets::SecretNotFound());
  return *std::move(secret);
}

Result<AuthorizedSecret> PolicyAuthorizer::AuthorizeFound(
    std::string_view operation, std::shared_ptr<const secrets::Secret> secret) {
  if (IsFree(secret->address.account)) return Admit(std::move(secret));
  const std::string arn = secrets::ArnOf(*secret);
  RETURN_IF_ERROR(Decide(
      operation,
      {.arn = arn, .shown = arn, .account = secret->address.account, .secret = secret.get()}));
  return Admit(std::move(secret));
}

Result<void> PolicyAuthorizer::AuthorizeNew(std::string_view operation, std::string_view name) {
  const sigv4::Caller& caller = facts_.caller;
  const secrets::SecretAddress address{caller.account, caller.region, std::string(name)};
  return Decide(operation,
                {.arn = secrets::SecretArn(address, secrets::DrawArnSuffix(parts_.random)),
                 .shown = name,
                 .account = caller.account});
}

Result<void> PolicyAuthorizer::AuthorizeAccount(std::string_view operation) {
  return Decide(operation, {.arn = "*", .shown = {}, .account = facts_.caller.account});
}

bool PolicyAuthorizer::IsLockedOutBy(const secrets::Secret& secret, std::string_view policy) {
  if (parts_.enforcement == PolicyEnforcement::kOff) return false;
  const policy::Action action("secretsmanager:PutResourcePolicy");
  const std::string arn = secrets::ArnOf(secret);
  const policy::Resource resource(arn);
  const SecretContext context(facts_, &secret, arn, secret.address.account);
  const CompiledPolicy document = parts_.policies.Compile(policy);
  const policy::Decision decision =
      policy::Decide({.principal = facts_.identity.principal,
                      .action = action,
                      .resource = resource,
                      .resource_account = secret.address.account,
                      .context = context},
                     {.identity = {}, .session = std::nullopt, .resource = document.get()});
  return decision.outcome == policy::Outcome::kExplicitlyDenied;
}

bool PolicyAuthorizer::IsFree(std::string_view resource_account) const {
  return parts_.enforcement == PolicyEnforcement::kOff &&
         facts_.identity.principal.account == resource_account;
}

Result<void> PolicyAuthorizer::Decide(std::string_view operation, const Target& target) const {
  if (IsFree(target.account)) return {};
  const Identity& identity = facts_.identity;
  const bool is_enforced = parts_.enforcement != PolicyEnforcement::kOff;
  const std::shared_ptr<const Identity> root =
      is_enforced ? nullptr : RootOf(identity.principal.account);

  const std::string action_name = "secretsmanager:" + std::string(operation);
  const policy::Action action(action_name);
  const policy::Resource resource(target.arn);
  const SecretContext context(facts_, target.secret, target.arn, target.account);
  const policy::Request request{.principal = root ? root->principal : identity.principal,
                                .action = action,
                                .resource = resource,
                                .resource_account = target.account,
                                .context = context};
  CompiledPolicy resource_policy;
  if (target.secret != nullptr && target.secret->resource_policy) {
    resource_policy = parts_.policies.Compile(*target.secret->resource_policy);
  }
  const policy::Policies policies{.identity = identity.policies,
                                  .boundary = identity.boundary.get(),
                                  .session = identity.session_policies,
                                  .resource = resource_policy.get()};
  return Conclude(policy::Decide(request, policies), action_name, target);
}

Result<void> PolicyAuthorizer::Conclude(const policy::Decision& decision, std::string_view action,
                                        const Target& target) const {
  if (decision.is_allowed()) return {};
  std::string message =
      policy::DenialMessage(facts_.identity.principal, action, target.shown, decision);
  if (parts_.enforcement == PolicyEnforcement::kSoft) {
    base::log::Warning("access.would_be_denied", {{"reason", message}});
    return {};
  }
  return Fail(ErrorCode::kAccessDenied, std::move(message));
}

// Keys have no policies of their own yet, so each has AWS's default one: whoever the account lets
// use it may, and nobody of another account. The default key is open to its account, and to it
// alone.
Result<void> PolicyAuthorizer::AuthorizeKey(KeyUse use, const secrets::Secret& secret,
                                            const secrets::KeyId& key_id) {
  const policy::Principal& principal = facts_.identity.principal;
  const bool is_own = principal.account == secret.address.account;
  if (!is_own && !secret.kms_key_id) {
    return Fail(ErrorCode::kInvalidRequest,
                "You can't access a secret from a different AWS account if you encrypt the secret "
                "with the default KMS service key.");
  }
  const bool is_free = parts_.enforcement == PolicyEnforcement::kOff || !secret.kms_key_id ||
                       principal.kind == policy::PrincipalKind::kRoot;
  if (is_own && is_free) return {};
  const auto key = parts_.keyring.key_store().FindKey(transaction_, key_id);
  if (!key || !is_own) return std::unexpected(secrets::KmsAccessDenied());
  if (key->is_default) return {};

  const std::string arn = "arn:aws:kms:" + key->region + ":" + key->account + ":key/" + key->name;
  const SecretContext context(facts_, &secret, arn, key->account);
  const policy::Resource resource(arn);
  const bool is_seal = use == KeyUse::kSeal;
  for (const std::string_view name : {"kms:Decrypt", "kms:GenerateDataKey"}) {
    if (!is_seal && name != "kms:Decrypt") continue;
    const policy::Action action(name);
    const policy::Request request{.principal = principal,
                                  .action = action,
                                  .resource = resource,
                                  .resource_account = key->account,
                                  .context = context};
    const policy::Policies policies{.identity = facts_.identity.policies,
                                    .boundary = facts_.identity.boundary.get(),
                                    .session = facts_.identity.session_policies,
                                    .resource = nullptr};
    const policy::Decision decision = policy::Decide(request, policies);
    if (!decision.is_allowed() && parts_.enforcement == PolicyEnforcement::kOn) {
      return std::unexpected(secrets::KmsAccessDenied());
    }
  }
  return {};
}

}  // namespace coffer::api
