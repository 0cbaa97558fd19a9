#include "api/role_authorizer.h"

#include "api/permission.h"
#include "api/secret_context.h"
#include "base/log.h"
#include "identity/names.h"
#include "policy/denial.h"

#include <optional>
#include <utility>
#include <vector>

namespace coffer::api {
namespace {

using Role = store::Stored<identity::Role>;

/// The keys of a call about a role: those of every call, and the role's tags as the resource's.
class RoleContext final : public policy::RequestContext {
 public:
  /// `role` may be null. All must outlive this.
  RoleContext(const CallFacts& facts, const Role* role, std::string_view account)
      : call_(facts, {.account = account}), role_(role) {}

  [[nodiscard]] policy::ContextValue Find(const policy::ContextKey& key) const override {
    if (key.family() != "aws:resourcetag/" && key.family() != "iam:resourcetag/") {
      return call_.Find(key);
    }
    if (role_ == nullptr) return {};
    for (const identity::Tag& tag : role_->entity.tags) {
      if (identity::NameKey(tag.key) == key.member()) return tag.value;
    }
    return {};
  }

 private:
  SecretContext call_;
  const Role* role_;
};

// A document that was checked when it was stored.
std::optional<policy::Document> CompileTrust(const Role* role) {
  if (role == nullptr) return std::nullopt;
  auto compiled = policy::Compile(role->entity.trust_policy, policy::DocumentKind::kTrust);
  if (!compiled) {
    throw store::IntegrityError("identities: the trust policy of " + role->entity.name +
                                " cannot be read");
  }
  return *std::move(compiled);
}

// What is missing is not told, because that would tell whether there is such a role; AWS was seen
// to give no reason either.
std::string RoleDenial(const policy::Principal& principal, const std::string& action,
                       std::string_view role_arn, const policy::Decision& decision) {
  const bool is_told = decision.outcome == policy::Outcome::kExplicitlyDenied &&
                       decision.layer != policy::Layer::kResource;
  if (is_told) return policy::DenialMessage(principal, action, role_arn, decision);
  return "User: " + principal.arn + " is not authorized to perform: " + action +
         " on resource: " + std::string(role_arn);
}

}  // namespace

Result<void> RoleAuthorizer::RequireRole(std::string_view operation, std::string_view role_arn,
                                         const Role* role) {
  const Identity& identity = facts_.identity;
  const std::string action_name = "sts:" + std::string(operation);
  // Where policies are not enforced, a role is open to its account.
  const bool is_own = role != nullptr && role->account == identity.principal.account;
  if (enforcement_ == PolicyEnforcement::kOff) {
    if (is_own) return {};
    return Fail(ErrorCode::kAccessDenied,
                RoleDenial(identity.principal, action_name, role_arn, {}));
  }
  const bool is_tolerated = enforcement_ == PolicyEnforcement::kSoft && is_own;
  if (identity.principal.kind == policy::PrincipalKind::kRoot) {
    constexpr std::string_view kReason = "Roles may not be assumed by root accounts.";
    if (!is_tolerated) return Fail(ErrorCode::kAccessDenied, std::string(kReason));
    base::log::Warning("access.would_be_denied",
                       {{"request_id", facts_.request_id}, {"why", kReason}});
    return {};
  }
  const auto parsed = identity::ParseEntityArn(role_arn);
  const std::string account = parsed ? parsed->account : facts_.caller.account;
  const RoleContext context(facts_, role, account);
  const std::optional<policy::Document> trust = CompileTrust(role);
  const policy::Decision decision =
      Consider(is_tolerated ? enforcement_ : PolicyEnforcement::kOn, facts_,
               {.action = policy::Action(action_name),
                .resource = role_arn,
                .shown = role_arn,
                .resource_account = account,
                .context = context,
                .resource_policy = trust ? &*trust : nullptr,
                .resource_must_admit = true});
  if (decision.is_allowed() || is_tolerated) return {};
  return Fail(ErrorCode::kAccessDenied,
              RoleDenial(identity.principal, action_name, role_arn, decision));
}

Result<void> RoleAuthorizer::Require(std::string_view operation, std::string_view arn) {
  const std::string action = "sts:" + std::string(operation);
  const RoleContext context(facts_, nullptr, facts_.caller.account);
  return Permit(enforcement_, facts_,
                {.action = policy::Action(action),
                 .resource = arn,
                 .shown = arn,
                 .resource_account = facts_.caller.account,
                 .context = context});
}

}  // namespace coffer::api
