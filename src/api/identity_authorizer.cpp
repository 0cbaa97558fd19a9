#include "api/identity_authorizer.h"

#include "api/secret_context.h"
#include "base/log.h"
#include "policy/denial.h"
#include "policy/evaluator.h"

#include <optional>
#include <string>
#include <utility>

namespace coffer::api {

Result<void> IdentityAuthorizer::Require(std::string_view operation, std::string_view arn) {
  if (enforcement_ == PolicyEnforcement::kOff) return {};
  const Identity& identity = facts_.identity;
  const std::string action_name = "iam:" + std::string(operation);
  const policy::Action action(action_name);
  const policy::Resource resource(arn);
  const SecretContext context(facts_, nullptr, "*", facts_.caller.account);
  const policy::Decision decision = policy::Decide({.principal = identity.principal,
                                                    .action = action,
                                                    .resource = resource,
                                                    .resource_account = facts_.caller.account,
                                                    .context = context},
                                                   {.identity = identity.policies,
                                                    .boundary = identity.boundary.get(),
                                                    .session = identity.session_policies});
  if (decision.is_allowed()) return {};
  std::string message = policy::DenialMessage(identity.principal, action_name, arn, decision);
  if (enforcement_ == PolicyEnforcement::kSoft) {
    base::log::Warning("access.would_be_denied", {{"reason", message}});
    return {};
  }
  return Fail(ErrorCode::kAccessDenied, std::move(message));
}

}  // namespace coffer::api
