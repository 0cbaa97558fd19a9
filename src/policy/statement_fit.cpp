#include "policy/statement_fit.h"

#include <algorithm>

namespace coffer::policy {

PrincipalMatch MatchOf(const Statement& statement, const Principal& principal, bool has_boundary) {
  switch (statement.principals_are) {
    case Statement::Principals::kNone:
      return PrincipalMatch::kSelf;
    case Statement::Principals::kListed:
      return Match(statement.principals, principal);
    case Statement::Principals::kAllButListed:
      // A principal with a boundary is never spared (AWS: NotPrincipal).
      return !has_boundary && IsSpared(statement.principals, principal) ? PrincipalMatch::kNone
                                                                        : PrincipalMatch::kSelf;
  }
  return PrincipalMatch::kNone;
}

bool ConditionsHold(const Statement& statement, const RequestContext& context) {
  return std::ranges::all_of(statement.conditions,
                             [&](const Condition& condition) { return condition.Holds(context); });
}

Fit FitOf(const Statement& statement, const Request& request) {
  if (!statement.actions.Covers(request.action)) return Fit::kOtherAction;
  if (!statement.resources.Covers(request.resource, request.context)) return Fit::kOtherResource;
  return ConditionsHold(statement, request.context) ? Fit::kApplies : Fit::kConditionFails;
}

}  // namespace coffer::policy
