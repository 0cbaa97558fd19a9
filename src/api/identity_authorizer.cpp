#include "api/identity_authorizer.h"

#include "api/permission.h"
#include "api/secret_context.h"
#include "identity/names.h"

#include <optional>
#include <string>
#include <utility>

namespace coffer::api {

namespace {

using policy::ContextValue;

/// The condition keys of a call of IAM: the global ones and those of the service (AWS: Actions,
/// resources, and condition keys for AWS Identity and Access Management).
class IdentityContext final : public policy::RequestContext {
 public:
  /// All must outlive this.
  IdentityContext(const CallFacts& facts, std::string_view operation,
                  const services::iam::Target& target)
      : facts_(facts),
        operation_(operation),
        target_(target),
        request_(facts, {.account = facts.caller.account}) {}

  [[nodiscard]] ContextValue Find(const policy::ContextKey& key) const override {
    // Tags that are being set say nothing about the entity that they are set on.
    if (key.family() == "aws:resourcetag/" || key.family() == "iam:resourcetag/") {
      return ResourceTag(key.member());
    }
    if (key.name() == "iam:policyarn") return PolicyArn();
    if (key.name() == "iam:permissionsboundary") return Boundary();
    return request_.Find(key);
  }

 private:
  [[nodiscard]] ContextValue ResourceTag(std::string_view member) const {
    for (const identity::Tag& tag : target_.tags) {
      if (identity::NameKey(tag.key) == member) return tag.value;
    }
    return {};
  }
  /// What is attached or detached; elsewhere the policy is the resource.
  [[nodiscard]] ContextValue PolicyArn() const {
    const bool is_attachment = operation_.starts_with("Attach") || operation_.starts_with("Detach");
    return is_attachment ? facts_.parameters.Find("PolicyArn") : ContextValue();
  }
  /// The boundary that is being set, or the one that is there.
  [[nodiscard]] ContextValue Boundary() const {
    if (facts_.parameters.Has("PermissionsBoundary")) {
      return facts_.parameters.Find("PermissionsBoundary");
    }
    return target_.boundary ? ContextValue(std::string(*target_.boundary)) : ContextValue();
  }

  const CallFacts& facts_;
  std::string_view operation_;
  const services::iam::Target& target_;
  SecretContext request_;
};

}  // namespace

Result<void> IdentityAuthorizer::RequireFor(std::string_view operation,
                                            const services::iam::Target& target) {
  const std::string action = "iam:" + std::string(operation);
  const IdentityContext context(facts_, operation, target);
  return Permit(enforcement_, facts_,
                {.action = policy::Action(action),
                 .resource = target.arn,
                 .shown = target.arn,
                 .resource_account = facts_.caller.account,
                 .context = context});
}

}  // namespace coffer::api
