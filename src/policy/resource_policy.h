#pragma once

#include "coffer/result.h"

#include <string_view>

namespace coffer::policy {

/// Checks the grammar of a resource-based policy on a secret (AWS: IAM policy grammar): elements,
/// Version, Effect, Principal forms, Action forms, Resource, known condition operators.
/// MalformedPolicyDocument with AWS's texts. Who the policy admits is not looked at here.
[[nodiscard]] Result<void> CheckResourcePolicy(std::string_view document);

}  // namespace coffer::policy
