#include "api/permission.h"

#include "base/log.h"
#include "policy/denial.h"
#include "policy/explanation.h"
#include "services/iam/identity_loader.h"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace coffer::api {
namespace {

std::unexpected<ApiError> Denied(const Identity& identity, const Question& question,
                                 const policy::Decision& decision) {
  return Fail(
      ErrorCode::kAccessDenied,
      policy::DenialMessage(identity.principal, question.action.name, question.shown, decision));
}

// Calls `weigh` with the question as the evaluator takes it.
template <class Function>
auto Weigh(const Identity& identity, const Question& question,
           const policy::RequestContext& context, Function weigh) {
  const policy::Resource resource(question.resource);
  return weigh(policy::Request{.principal = identity.principal,
                               .action = question.action,
                               .resource = resource,
                               .resource_account = question.resource_account,
                               .context = context},
               policy::Policies{.identity = identity.policies,
                                .boundary = identity.boundary.get(),
                                .session = identity.session_policies,
                                .resource = question.resource_policy,
                                .resource_must_admit = question.resource_must_admit});
}

// `decision` is that of `identity`, who need not be the caller himself.
void Log(PolicyEnforcement enforcement, const CallFacts& facts, const Identity& identity,
         const Question& question, const policy::Decision& decision) {
  const std::string_view event =
      enforcement == PolicyEnforcement::kSoft ? "access.would_be_denied" : "access.denied";
  Weigh(identity, question, question.context, [&](const auto& request, const auto& policies) {
    base::log::Warning(event,
                       {{"request_id", facts.request_id},
                        {"principal", facts.identity.principal.arn},
                        {"action", question.action.name},
                        {"resource", question.resource},
                        {"why", policy::Summarize(policy::Explain(request, policies, decision))}});
  });
}

/// What somebody who asks wants the request to be like.
class SupposedContext final : public policy::RequestContext {
 public:
  SupposedContext(const Inquiry& inquiry, const policy::RequestContext& rest)
      : inquiry_(inquiry), rest_(rest) {}
  [[nodiscard]] policy::ContextValue Find(const policy::ContextKey& key) const override {
    const auto given = inquiry_.given.find(key.name());
    return given == inquiry_.given.end() ? rest_.Find(key) : given->second;
  }

 private:
  const Inquiry& inquiry_;
  const policy::RequestContext& rest_;
};

policy::Decision Answer(const Identity& identity, const Question& question, Inquiry& inquiry) {
  const SupposedContext context(inquiry, question.context);
  return Weigh(identity, question, context, [&](const auto& request, const auto& policies) {
    const policy::Explanation explanation =
        policy::Explain(request, policies, policy::Decide(request, policies));
    inquiry.answers.push_back(std::string(question.action.name) + " on " +
                              std::string(question.resource) + "\n" +
                              policy::Describe(explanation));
    return explanation.decision;
  });
}

Result<void> PermitAsRoot(const CallFacts& facts, const Question& question) {
  const std::string& account = facts.identity.principal.account;
  if (question.is_accounts_own && account == question.resource_account) return {};
  const auto root = services::iam::RootOf(account);
  const policy::Decision decision = Decide(*root, question);
  if (decision.is_allowed()) return {};
  Log(PolicyEnforcement::kOff, facts, *root, question, decision);
  return Denied(facts.identity, question, decision);
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
  return Weigh(identity, question, question.context, [](const auto& request, const auto& policies) {
    return policy::Decide(request, policies);
  });
}

policy::Decision Consider(PolicyEnforcement enforcement, const CallFacts& facts,
                          const Question& question) {
  const Identity& identity = facts.identity;
  if (facts.inquiry != nullptr) return Answer(identity, question, *facts.inquiry);
  const policy::Decision decision = Decide(identity, question);
  if (!decision.is_allowed()) Log(enforcement, facts, identity, question, decision);
  return decision;
}

Result<void> Permit(PolicyEnforcement enforcement, const CallFacts& facts,
                    const Question& question) {
  // A rotation has its own policy and nothing else, whatever the others may do.
  if (facts.identity.rotation_job) enforcement = PolicyEnforcement::kOn;
  if (enforcement == PolicyEnforcement::kOff) return PermitAsRoot(facts, question);
  if (enforcement == PolicyEnforcement::kOn) {
    const policy::Decision decision = Consider(enforcement, facts, question);
    if (decision.is_allowed()) return {};
    return Denied(facts.identity, question, decision);
  }
  const policy::Decision decision = Decide(facts.identity, question);
  if (decision.is_allowed()) return {};
  RETURN_IF_ERROR(PermitAsRoot(facts, question));
  Log(enforcement, facts, facts.identity, question, decision);
  return {};
}

}  // namespace coffer::api
