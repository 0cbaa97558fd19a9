#pragma once

#include "coffer/result.h"
#include "policy/pinning.h"

#include <string>
#include <string_view>

namespace coffer::policy {

/// Checks the grammar of a resource-based policy on a secret (AWS: IAM policy grammar): elements,
/// Version, Effect, Principal forms, Action forms, Resource, known condition operators.
/// MalformedPolicyDocument with AWS's texts. Who the policy admits is not looked at here.
[[nodiscard]] Result<void> CheckResourcePolicy(std::string_view document);

/// `document`, which has been checked, as it is stored: see PinPrincipals. MalformedPolicyDocument
/// with AWS's text when somebody in it is missing.
[[nodiscard]] Result<std::string> PinResourcePolicy(std::string_view document,
                                                    const PrincipalDirectory& directory);

}  // namespace coffer::policy
