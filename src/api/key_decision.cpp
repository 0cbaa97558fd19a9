#include "api/key_decision.h"

#include "api/identity_loader.h"

#include <memory>

namespace coffer::api {

policy::Decision DecideOnKey(const AuthorizationParts& parts, const CallFacts& facts,
                             const KeyTarget& target, std::string_view action_name,
                             const policy::RequestContext& context) {
  const Identity& identity = facts.identity;
  const std::shared_ptr<const Identity> root =
      parts.enforcement == PolicyEnforcement::kOff ? RootOf(identity.principal.account) : nullptr;
  const policy::Action action(action_name);
  const policy::Resource resource(target.arn);
  const CompiledPolicy key_policy = parts.policies.Compile(target.policy);
  return policy::Decide({.principal = root ? root->principal : identity.principal,
                         .action = action,
                         .resource = resource,
                         .resource_account = target.account,
                         .context = context},
                        {.identity = identity.policies,
                         .boundary = identity.boundary.get(),
                         .session = std::nullopt,
                         .resource = key_policy.get(),
                         .resource_must_admit = true});
}

}  // namespace coffer::api
