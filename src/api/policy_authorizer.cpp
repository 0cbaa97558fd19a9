#include "api/policy_authorizer.h"

#include "api/key_context.h"
#include "api/policy_prefetch.h"
#include "api/secret_context.h"
#include "keyring/key_name.h"
#include "secrets/messages.h"
#include "services/kms/key_policy.h"

#include <algorithm>
#include <array>
#include <span>
#include <unordered_map>
#include <utility>
#include <variant>

namespace coffer::api {
namespace {

using services::secretsmanager::AuthorizedSecret;
using services::secretsmanager::KeyUse;

// Found without a text being made: most calls are decided about.
const policy::Action& ActionOf(std::string_view operation) {
  constexpr std::string_view kService = "secretsmanager:";
  static const std::unordered_map<std::string_view, policy::Action> kActions = [&] {
    std::unordered_map<std::string_view, policy::Action> actions;
    for (const std::string_view name : policy::KnownActions()) {
      if (name.starts_with(kService)) {
        actions.emplace(name.substr(kService.size()), policy::Action(name));
      }
    }
    return actions;
  }();
  return kActions.at(operation);
}

std::span<const policy::Action> ActionsOf(KeyUse use) {
  // Each use is a stretch of them.
  static const std::array<policy::Action, 3> kActions{policy::Action("kms:Decrypt"),
                                                      policy::Action("kms:GenerateDataKey"),
                                                      policy::Action("kms:Encrypt")};
  const std::span<const policy::Action> actions(kActions);
  switch (use) {
    case KeyUse::kOpen:
      return actions.first(1);
    case KeyUse::kSeal:
      return actions.first(2);
    case KeyUse::kReplicate:
      return actions.last(2);
  }
  return {};
}

// Whether any of the caller's own policies says no about the action.
bool CanDeny(const Identity& identity, const policy::Action& action) {
  return policy::CanDeny(identity.policies, action) ||
         (identity.boundary && policy::CanDeny({&identity.boundary, 1}, action)) ||
         (identity.session_policies && policy::CanDeny(*identity.session_policies, action));
}

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
  if (is_enforced()) PrefetchIndexes(facts_.identity, ActionOf(operation));
  ASSIGN_OR_RETURN(const secrets::SecretIdentifier identifier,
                   secrets::ParseSecretIdentifier(secret_id));
  if (auto secret = Resolve(identifier)) return AuthorizeFound(operation, std::move(secret));
  const std::string account = identifier.account.value_or(facts_.caller.account);
  const std::string arn = ArnOfMissing(secret_id, identifier);
  RETURN_IF_ERROR(Require(
      operation, {.arn = arn, .shown = secret_id, .account = account, .secret_id = secret_id}));
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
  if (is_enforced()) {
    parts_.policies.PrefetchPlace(*secret);
    PrefetchHeads(facts_.identity, ActionOf(operation));
  }
  std::string arn = secrets::ArnOf(*secret);
  RETURN_IF_ERROR(Require(operation, {.arn = arn,
                                      .shown = arn,
                                      .account = secret->address.account,
                                      .secret_id = arn,
                                      .secret = secret.get()}));
  return Admit(std::move(secret), std::move(arn));
}

Result<void> PolicyAuthorizer::AuthorizeNew(std::string_view operation, std::string_view name) {
  const sigv4::Caller& caller = facts_.caller;
  const secrets::SecretAddress address{caller.account, caller.region, std::string(name)};
  const std::string arn = secrets::SecretArn(address, secrets::DrawArnSuffix(parts_.random));
  return Require(operation, {.arn = arn, .shown = name, .account = caller.account, .is_new = true});
}

Result<void> PolicyAuthorizer::AuthorizeAccount(std::string_view operation) {
  return Require(operation, {.arn = "*", .shown = {}, .account = facts_.caller.account});
}

bool PolicyAuthorizer::IsLockedOutBy(const secrets::Secret& secret, std::string_view policy) {
  if (parts_.enforcement == PolicyEnforcement::kOff) return false;
  const std::string arn = secrets::ArnOf(secret);
  const SecretContext context(
      facts_, {.account = secret.address.account, .secret = &secret, .secret_id = arn});
  const CompiledPolicy document = CompileResourcePolicy(policy);
  Identity bare;  // What the caller's own policies deny is not the new one's doing.
  bare.principal = facts_.identity.principal;
  if (facts_.identity.boundary) bare.boundary = AllowEverything();  // NotPrincipal asks for it.
  const policy::Decision decision =
      api::Decide(bare, {.action = policy::Action("secretsmanager:PutResourcePolicy"),
                         .resource = arn,
                         .shown = arn,
                         .resource_account = secret.address.account,
                         .context = context,
                         .resource_policy = document.get()});
  return decision.outcome == policy::Outcome::kExplicitlyDenied;
}

std::string PolicyAuthorizer::FunctionOf(const secrets::Secret& secret) const {
  const auto stored = parts_.rotations.Find(transaction_, secret.id);
  return stored ? stored->rotation.function_arn : std::string();
}

bool PolicyAuthorizer::IsFree(std::string_view resource_account) const {
  return parts_.enforcement == PolicyEnforcement::kOff && !facts_.identity.rotation_job &&
         facts_.identity.principal.account == resource_account;
}

// A rotation may have ended since its call was let in, while that waited for the writer.
Result<void> PolicyAuthorizer::RequireRotation(std::int64_t job_id) const {
  const auto job = parts_.rotations.FindJob(transaction_, job_id);
  if (job && job->state == secrets::RotationState::kRunning && facts_.identity.session &&
      job->fence == facts_.identity.session->fence) {
    return {};
  }
  return Fail(ErrorCode::kAccessDenied, "The rotation that this belongs to is over.");
}

Result<void> PolicyAuthorizer::Require(std::string_view operation, const Target& target) const {
  if (IsFree(target.account)) return {};
  if (const auto job_id = facts_.identity.rotation_job) {
    RETURN_IF_ERROR(RequireRotation(*job_id));
  }
  if (target.secret != nullptr) parts_.policies.PrefetchPolicy(*target.secret);
  const policy::Action& action = ActionOf(operation);
  const std::string kms_key_arn = ArnOfSentKey(target.account);
  CompiledPolicy resource_policy;
  if (target.secret != nullptr && target.secret->resource_policy) {
    // What a transaction has changed itself may never be committed.
    resource_policy = may_use_cache_ ? parts_.policies.PolicyOf(*target.secret)
                                     : parts_.policies.Compile(*target.secret->resource_policy);
    policy::PrefetchIndex(*resource_policy, action);
  }
  const SecretContext context(facts_, {.account = target.account,
                                       .secret = target.secret,
                                       .secret_id = target.secret_id,
                                       .kms_key_arn = kms_key_arn,
                                       .is_new = target.is_new,
                                       .rotation_function = this});
  return Permit(parts_.enforcement, facts_,
                {.action = action,
                 .resource = target.arn,
                 .shown = target.shown,
                 .resource_account = target.account,
                 .context = context,
                 .resource_policy = resource_policy.get()});
}

// Empty when none is sent, or when it is not known yet which key it will be: an alias of none, the
// default key before its first use.
std::string PolicyAuthorizer::ArnOfSentKey(std::string_view account) const {
  using Kind = keyring::KeyName::Kind;
  const policy::ContextValue sent = facts_.parameters.Find("KmsKeyId");
  const auto* text = std::get_if<std::string>(&sent);
  if (text == nullptr) return {};
  const std::string_view region = facts_.caller.region;
  const auto name = keyring::ParseKeyName(account, region, *text);
  if (!name || name->account != account) {
    // Of another account or region, where nothing is looked up: as it was sent.
    const auto arn = keyring::ParseKeyArn(*text);
    return arn && arn->resource.starts_with("key/") ? *text : std::string();
  }
  if (name->kind == Kind::kName) return keyring::KeyArn(region, account, name->text);
  const store::KeyStore& keys = parts_.keyring.key_store();
  const auto row = name->kind == Kind::kAlias
                       ? keys.FindKeyByAlias(transaction_, account, region, name->text)
                       : keys.FindDefaultKey(transaction_, account, region);
  return row ? keyring::KeyArn(region, account, row->name) : std::string();
}

// AWS's policy for the default key admits everybody of the account, so only what the caller's own
// policies deny expressly counts.
Result<void> PolicyAuthorizer::AuthorizeDefaultKey(KeyUse use, const secrets::Secret& secret,
                                                   std::string_view version_id,
                                                   const keyring::KeyIdentity& key) const {
  if (parts_.enforcement == PolicyEnforcement::kOff) return {};
  const bool is_open = facts_.inquiry == nullptr &&
                       std::ranges::none_of(ActionsOf(use), [&](const policy::Action& action) {
                         return CanDeny(facts_.identity, action);
                       });
  if (is_open) return {};
  static const CompiledPolicy kDefaultKeyPolicy = CompileResourcePolicy(
      R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}})");
  const std::string secret_arn = secrets::ArnOf(secret);
  const SecretKeyUse in_secret{
      .region = secret.address.region, .secret_arn = secret_arn, .version_id = version_id};
  const KeyContext context(facts_, key.account, {}, &in_secret);
  return PermitUse(use, {.action = policy::Action({}),
                         .resource = key.arn,
                         .shown = key.arn,
                         .resource_account = key.account,
                         .context = context,
                         .resource_policy = kDefaultKeyPolicy.get(),
                         .resource_must_admit = true});
}

// Every action that the use takes, on the key of the question.
Result<void> PolicyAuthorizer::PermitUse(KeyUse use, Question question) const {
  for (const policy::Action& action : ActionsOf(use)) {
    question.action = action;
    if (!Permit(parts_.enforcement, facts_, question)) {
      return std::unexpected(secrets::KmsAccessDenied());
    }
  }
  return {};
}

// The key that counts is the version's, whichever the secret uses now. The default key is open to
// its account, and to it alone; that is known without a look at the database.
Result<void> PolicyAuthorizer::AuthorizeKey(KeyUse use, const secrets::Secret& secret,
                                            std::string_view version_id,
                                            const secrets::KeyId& key_id) {
  const auto key = parts_.keyring.Identify(transaction_, key_id);
  const bool is_own = facts_.identity.principal.account == key->account;
  if (key->is_default) {
    if (is_own) return AuthorizeDefaultKey(use, secret, version_id, *key);
    return Fail(ErrorCode::kInvalidRequest,
                "You can't access a secret from a different AWS account if you encrypt the secret "
                "with the default KMS service key.");
  }

  const auto settings = parts_.keyring.key_settings().FindForRead(transaction_, key_id);
  const std::string secret_arn = secrets::ArnOf(secret);
  const SecretKeyUse in_secret{
      .region = secret.address.region, .secret_arn = secret_arn, .version_id = version_id};
  const KeyContext context(facts_, key->account, settings->tags, &in_secret);
  const std::optional<std::string>& own = settings->policy;
  const CompiledPolicy policy =
      parts_.policies.Compile(own ? *own : services::kms::DefaultKeyPolicy(key->account));
  RETURN_IF_ERROR(PermitUse(use, {.action = policy::Action({}),
                                  .resource = key->arn,
                                  .shown = key->arn,
                                  .resource_account = key->account,
                                  .context = context,
                                  .resource_policy = policy.get(),
                                  .resource_must_admit = true}));
  if (settings->is_enabled) return {};
  return std::unexpected(RefusalOfUnusable(use, key_id));
}

// A key that was destroyed is for KMS one that does not exist.
ApiError PolicyAuthorizer::RefusalOfUnusable(KeyUse use, const secrets::KeyId& key_id) const {
  const auto row = parts_.keyring.key_store().FindKey(transaction_, key_id);
  if (!row || row->is_destroyed()) return secrets::KmsAccessDenied();
  return use == KeyUse::kOpen ? secrets::CannotDecrypt() : secrets::CannotEncrypt();
}

}  // namespace coffer::api
