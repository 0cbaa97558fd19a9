#pragma once

#include "api/call_facts.h"
#include "api/identity.h"
#include "coffer/config.h"
#include "coffer/result.h"
#include "policy/action.h"
#include "policy/evaluator.h"

#include <string_view>

namespace coffer::api {

/// What somebody wants to do. Holds references alone.
struct Question {
  policy::Action action;              ///< `secretsmanager:GetSecretValue`
  std::string_view resource;          ///< Its ARN, or `*`.
  std::string_view shown;             ///< In a refusal: an ARN, what was sent, or nothing.
  std::string_view resource_account;  ///< Whose it is.
  const policy::RequestContext& context;
  const policy::Document* resource_policy = nullptr;
  bool resource_must_admit = false;  ///< As of policy::Policies.
  /// Whether the root user of the resource's account may do everything where policies are not
  /// enforced; not so for keys that belong to the service.
  bool is_accounts_own = true;
};

/// What all policies of the caller and of the resource say.
[[nodiscard]] policy::Decision Decide(const Identity& identity, const Question& question);

/// The same for the caller of `facts`. The log says why somebody was denied, or, in soft mode,
/// would have been; the reply never does.
[[nodiscard]] policy::Decision Consider(PolicyEnforcement enforcement, const CallFacts& facts,
                                        const Question& question);

/// The same as a permission: AccessDenied with AWS's text. Where policies are not enforced,
/// everybody may do what the root user of his account may.
[[nodiscard]] Result<void> Permit(PolicyEnforcement enforcement, const CallFacts& facts,
                                  const Question& question);

/// An identity policy that leaves everything to the others.
[[nodiscard]] CompiledPolicy AllowEverything();

}  // namespace coffer::api
