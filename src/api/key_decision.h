#pragma once

#include "api/policy_authorizer.h"
#include "policy/evaluator.h"
#include "policy/request_context.h"

#include <string_view>

namespace coffer::api {

/// A key that something is to be done to.
struct KeyTarget {
  std::string_view arn;
  std::string_view account;
  std::string_view policy;  ///< The one in force.
};

/// Whether the caller may do `action` to a key: by its policy, and by his own where that leaves it
/// to his account. Where policies are not enforced, everybody is the root user of his account.
[[nodiscard]] policy::Decision DecideOnKey(const AuthorizationParts& parts, const CallFacts& facts,
                                           const KeyTarget& target, std::string_view action,
                                           const policy::RequestContext& context);

}  // namespace coffer::api
