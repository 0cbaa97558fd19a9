#include "api/permission.h"

#include "api/identity_loader.h"
#include "base/log.h"
#include "policy/denial.h"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace coffer::api {
namespace {

std::unexpected<ApiError> Denied(const Identity& identity, const Question& question,
                                 const policy::Decision& decision) {
  return Fail(ErrorCode::kAccessDenied,
              policy::DenialMessage(identity.principal, question.action, question.shown, decision));
}

Result<void> PermitAsRoot(const Identity& identity, const Question& question) {
  const std::string& account = identity.principal.account;
  if (question.is_accounts_own && account == question.resource_account) return {};
  const policy::Decision decision = Decide(*RootOf(account), question);
  if (decision.is_allowed()) return {};
  return Denied(identity, question, decision);
}

}  // namespace

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

policy::Decision Decide(const Identity& identity, const Question& question) {
  const policy::Action action(question.action);
  const policy::Resource resource(question.resource);
  return policy::Decide({.principal = identity.principal,
                         .action = action,
                         .resource = resource,
                         .resource_account = question.resource_account,
                         .context = question.context},
                        {.identity = identity.policies,
                         .boundary = identity.boundary.get(),
                         .session = identity.session_policies,
                         .resource = question.resource_policy,
                         .resource_must_admit = question.resource_must_admit});
}

Result<void> Permit(PolicyEnforcement enforcement, const Identity& identity,
                    const Question& question) {
  if (enforcement == PolicyEnforcement::kOff) return PermitAsRoot(identity, question);
  const policy::Decision decision = Decide(identity, question);
  if (decision.is_allowed()) return {};
  auto denied = Denied(identity, question, decision);
  if (enforcement == PolicyEnforcement::kOn) return denied;
  base::log::Warning("access.would_be_denied", {{"reason", denied.error().message}});
  return PermitAsRoot(identity, question);
}

}  // namespace coffer::api
