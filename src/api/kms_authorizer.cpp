#include "api/kms_authorizer.h"

#include "api/key_context.h"
#include "api/key_decision.h"
#include "base/log.h"
#include "keyring/key_name.h"
#include "policy/denial.h"
#include "services/kms/key_policy.h"

#include <stdexcept>
#include <utility>

namespace coffer::api {
namespace {

using services::kms::AuthorizedKey;
using services::kms::KeyIdentifier;

std::string ActionOf(std::string_view operation) { return "kms:" + std::string(operation); }

/// Leaves everything to the other policies.
CompiledPolicy AllowEverything() {
  static const CompiledPolicy kPolicy = [] {
    auto compiled =
        policy::Compile(R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})",
                        policy::DocumentKind::kIdentity);
    if (!compiled) throw std::logic_error("the policy that allows everything does not compile");
    return std::make_shared<const policy::Document>(*std::move(compiled));
  }();
  return kPolicy;
}

}  // namespace

Result<void> KmsAuthorizer::Require(std::string_view operation, std::string_view resource_name) {
  if (parts_.enforcement == PolicyEnforcement::kOff) return {};
  const Identity& identity = facts_.identity;
  const std::string action_name = ActionOf(operation);
  const policy::Action action(action_name);
  const policy::Resource resource(resource_name);
  const KeyContext context(facts_, facts_.caller.account, {}, nullptr);
  const policy::Decision decision = policy::Decide({.principal = identity.principal,
                                                    .action = action,
                                                    .resource = resource,
                                                    .resource_account = facts_.caller.account,
                                                    .context = context},
                                                   {.identity = identity.policies,
                                                    .boundary = identity.boundary.get(),
                                                    .session = std::nullopt});
  const std::string_view shown = resource_name == "*" ? std::string_view() : resource_name;
  return Conclude(decision, action_name, shown);
}

std::optional<store::KeyRow> KmsAuthorizer::Find(const KeyIdentifier& identifier) const {
  const store::KeyStore& store = parts_.keyring.key_store();
  const std::string_view region = facts_.caller.region;
  if (!identifier.is_alias) {
    return store.FindKeyByName(transaction_, identifier.account, region, identifier.text);
  }
  if (identifier.text == keyring::kDefaultKeyAlias) {
    return store.FindDefaultKey(transaction_, identifier.account, region);
  }
  return store.FindKeyByAlias(transaction_, identifier.account, region, identifier.text);
}

// What is not there is decided about as if it were, with the policy that a new key has.
Result<AuthorizedKey> KmsAuthorizer::Authorize(std::string_view operation,
                                               std::string_view key_id) {
  const sigv4::Caller& caller = facts_.caller;
  ASSIGN_OR_RETURN(const KeyIdentifier identifier,
                   services::kms::ParseKeyIdentifier(caller.account, caller.region, key_id));
  if (auto row = Find(identifier)) return AuthorizeFound(operation, *std::move(row));
  const std::string arn =
      identifier.is_alias ? keyring::AliasArn(caller.region, identifier.account, identifier.text)
                          : keyring::KeyArn(caller.region, identifier.account, identifier.text);
  const std::string policy = services::kms::DefaultKeyPolicy(identifier.account);
  const KeyContext context(facts_, identifier.account, {}, nullptr);
  const std::string action = ActionOf(operation);
  const KeyTarget target{.arn = arn, .account = identifier.account, .policy = policy};
  RETURN_IF_ERROR(
      Conclude(DecideOnKey(parts_, facts_, target, action, context), action, target.arn));
  return std::unexpected(services::kms::KeyNotFound(caller.region, identifier));
}

Result<AuthorizedKey> KmsAuthorizer::AuthorizeFound(std::string_view operation, store::KeyRow row) {
  store::KeySettings settings = parts_.keyring.key_settings().Find(transaction_, row.id);
  // Without enforcement a customer key is its account's, whatever its policy says.
  const bool is_free = parts_.enforcement == PolicyEnforcement::kOff && !row.is_default &&
                       facts_.identity.principal.account == row.account;
  if (!is_free) {
    const std::string arn = services::kms::ArnOf(row);
    const std::string policy = services::kms::PolicyOf(row, settings);
    const KeyContext context(facts_, row.account, settings.tags, nullptr);
    const std::string action = ActionOf(operation);
    const KeyTarget target{.arn = arn, .account = row.account, .policy = policy};
    RETURN_IF_ERROR(
        Conclude(DecideOnKey(parts_, facts_, target, action, context), action, target.arn));
  }
  return Admit(std::move(row), std::move(settings));
}

// What the account's own policies would say is left out: whoever writes them can let himself in.
bool KmsAuthorizer::IsLockedOutBy(const store::KeyRow& row, std::string_view policy) {
  if (parts_.enforcement == PolicyEnforcement::kOff) return false;
  const std::string arn = services::kms::ArnOf(row);
  const policy::Action action("kms:PutKeyPolicy");
  const policy::Resource resource(arn);
  const KeyContext context(facts_, row.account, {}, nullptr);
  const CompiledPolicy document = parts_.policies.Compile(policy);
  const CompiledPolicy everything = AllowEverything();
  return !policy::Decide({.principal = facts_.identity.principal,
                          .action = action,
                          .resource = resource,
                          .resource_account = row.account,
                          .context = context},
                         {.identity = policy::Documents(&everything, 1),
                          .session = std::nullopt,
                          .resource = document.get(),
                          .resource_must_admit = true})
              .is_allowed();
}

Result<void> KmsAuthorizer::Conclude(const policy::Decision& decision, std::string_view action,
                                     std::string_view resource) const {
  if (decision.is_allowed()) return {};
  std::string message =
      policy::DenialMessage(facts_.identity.principal, action, resource, decision);
  if (parts_.enforcement == PolicyEnforcement::kSoft) {
    base::log::Warning("access.would_be_denied", {{"reason", message}});
    return {};
  }
  return Fail(ErrorCode::kAccessDenied, std::move(message));
}

}  // namespace coffer::api
