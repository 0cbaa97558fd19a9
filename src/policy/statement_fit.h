#pragma once

#include "policy/document.h"
#include "policy/evaluator.h"

#include <cstdint>

namespace coffer::policy {

/// How far a statement goes along with a request: up to its first element that does not.
enum class Fit : std::uint8_t {
  kOtherPrincipal,
  kOtherAction,
  kOtherResource,
  kConditionFails,
  kApplies
};

/// How a statement is about the principal. Those of identity policies are about whoever has them.
/// `has_boundary`: whether the principal has a permissions boundary.
[[nodiscard]] PrincipalMatch MatchOf(const Statement& statement, const Principal& principal,
                                     bool has_boundary);

[[nodiscard]] bool ConditionsHold(const Statement& statement, const RequestContext& context);

/// The principal left aside.
[[nodiscard]] Fit FitOf(const Statement& statement, const Request& request);

}  // namespace coffer::policy
