#include "api/kms_authorizer.h"

#include "api/key_context.h"
#include "api/permission.h"
#include "keyring/key_name.h"
#include "policy/denial.h"
#include "services/kms/key_policy.h"

#include <algorithm>
#include <array>
#include <utility>

namespace coffer::api {
namespace {

using services::kms::AuthorizedKey;
using services::kms::KeyIdentifier;
using services::kms::MessageUse;

std::string ActionOf(std::string_view operation) { return "kms:" + std::string(operation); }

// What another account can be let do (AWS: KMS, allowing users in other accounts to use a KMS key);
// whatever a key's policy says, it can't be let manage the key.
bool IsForOtherAccounts(std::string_view operation) {
  constexpr std::array<std::string_view, 8> kOperations{"Decrypt",
                                                        "DescribeKey",
                                                        "Encrypt",
                                                        "GenerateDataKey",
                                                        "GenerateDataKeyWithoutPlaintext",
                                                        "GetKeyRotationStatus",
                                                        "ReEncryptFrom",
                                                        "ReEncryptTo"};
  return std::ranges::find(kOperations, operation) != kOperations.end();
}

}  // namespace

Result<void> KmsAuthorizer::Require(std::string_view operation, std::string_view resource_name) {
  const std::string action = ActionOf(operation);
  const KeyContext context(facts_, facts_.caller.account, {}, nullptr);
  return Permit(parts_.enforcement, facts_,
                {.action = policy::Action(action),
                 .resource = resource_name,
                 .shown = resource_name == "*" ? std::string_view() : resource_name,
                 .resource_account = facts_.caller.account,
                 .context = context});
}

std::optional<store::KeyRow> KmsAuthorizer::Find(const KeyIdentifier& identifier) const {
  const store::KeyStore& store = parts_.keyring.key_store();
  const std::string_view region = facts_.caller.region;
  if (!identifier.is_alias) {
    auto row = store.FindKeyByName(transaction_, identifier.account, region, identifier.text);
    return row && row->is_destroyed() ? std::nullopt : row;
  }
  if (identifier.text == keyring::kDefaultKeyAlias) {
    return store.FindDefaultKey(transaction_, identifier.account, region);
  }
  return store.FindKeyByAlias(transaction_, identifier.account, region, identifier.text);
}

// What is not there is decided about as if it were, with the policy that a new key has.
Result<AuthorizedKey> KmsAuthorizer::Decide(const KeyAction& action,
                                            std::string_view key_id) const {
  const sigv4::Caller& caller = facts_.caller;
  ASSIGN_OR_RETURN(const KeyIdentifier identifier,
                   services::kms::ParseKeyIdentifier(caller.account, caller.region, key_id));
  if (auto row = Find(identifier)) return DecideFound(action, *std::move(row));
  const std::string arn =
      identifier.is_alias ? keyring::AliasArn(caller.region, identifier.account, identifier.text)
                          : keyring::KeyArn(caller.region, identifier.account, identifier.text);
  const KeyContext context(facts_, identifier.account, {}, nullptr, action.message);
  RETURN_IF_ERROR(PermitOnKey(action.operation,
                              {.arn = arn,
                               .account = identifier.account,
                               .policy = services::kms::DefaultKeyPolicy(identifier.account),
                               .is_accounts_own = true},
                              context));
  return std::unexpected(services::kms::KeyNotFound(caller.region, identifier));
}

Result<AuthorizedKey> KmsAuthorizer::DecideFound(const KeyAction& action, store::KeyRow row) const {
  store::KeySettings settings = parts_.keyring.key_settings().Find(transaction_, row.id);
  const KeyContext context(facts_, row.account, settings.tags, nullptr, action.message);
  RETURN_IF_ERROR(PermitOnKey(action.operation,
                              {.arn = services::kms::ArnOf(row),
                               .account = row.account,
                               .policy = services::kms::PolicyOf(row, settings),
                               .is_accounts_own = !row.is_default},
                              context));
  store::KeyLife life = parts_.keyring.key_lives().Find(transaction_, row);
  return Admit(std::move(row), std::move(settings), std::move(life));
}

Result<AuthorizedKey> KmsAuthorizer::Authorize(std::string_view operation,
                                               std::string_view key_id) {
  return Decide({operation}, key_id);
}

Result<AuthorizedKey> KmsAuthorizer::AuthorizeUse(const MessageUse& use, std::string_view key_id) {
  return Decide({use.operation, &use.encryption_context}, key_id);
}

Result<AuthorizedKey> KmsAuthorizer::AuthorizeFound(std::string_view operation, store::KeyRow row) {
  return DecideFound({operation}, std::move(row));
}

Result<AuthorizedKey> KmsAuthorizer::AuthorizeUseOfFound(const MessageUse& use, store::KeyRow row) {
  return DecideFound({use.operation, &use.encryption_context}, std::move(row));
}

// What the account's own policies would say is left out: whoever writes them can let himself in.
bool KmsAuthorizer::IsLockedOutBy(const store::KeyRow& row, std::string_view policy) {
  if (parts_.enforcement == PolicyEnforcement::kOff) return false;
  const std::string arn = services::kms::ArnOf(row);
  const KeyContext context(facts_, row.account, {}, nullptr);
  const CompiledPolicy document = CompileResourcePolicy(policy);
  Identity unlimited;
  unlimited.principal = facts_.identity.principal;
  unlimited.policies = {AllowEverything()};
  if (facts_.identity.boundary) unlimited.boundary = AllowEverything();
  unlimited.session_policies = unlimited.policies;
  return !api::Decide(unlimited, {.action = policy::Action("kms:PutKeyPolicy"),
                                  .resource = arn,
                                  .shown = arn,
                                  .resource_account = row.account,
                                  .context = context,
                                  .resource_policy = document.get(),
                                  .resource_must_admit = true})
              .is_allowed();
}

Result<void> KmsAuthorizer::PermitOnKey(std::string_view operation, const KeyTarget& target,
                                        const policy::RequestContext& context) const {
  const std::string action = ActionOf(operation);
  const bool is_foreign = target.account != facts_.caller.account;
  if (is_foreign && !IsForOtherAccounts(operation)) {
    return Fail(ErrorCode::kAccessDenied,
                policy::DenialMessage(facts_.identity.principal, action, target.arn,
                                      {.outcome = policy::Outcome::kImplicitlyDenied,
                                       .layer = policy::Layer::kResource,
                                       .statement = std::nullopt}));
  }
  const CompiledPolicy policy = parts_.policies.Compile(target.policy);
  return Permit(parts_.enforcement, facts_,
                {.action = policy::Action(action),
                 .resource = target.arn,
                 .shown = target.arn,
                 .resource_account = target.account,
                 .context = context,
                 .resource_policy = policy.get(),
                 .resource_must_admit = true,
                 .is_accounts_own = target.is_accounts_own});
}

}  // namespace coffer::api
