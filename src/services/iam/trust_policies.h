#pragma once

#include "coffer/result.h"
#include "policy/pinning.h"

#include <string>
#include <string_view>

namespace coffer::services::iam {

/// `document` as it is stored: see policy::PinPrincipals. MalformedPolicyDocument with IAM's texts
/// unless it says who may assume a role, and they exist; LimitExceeded when it is longer than 2,048
/// characters, white space not counted (AWS: IAM quotas).
[[nodiscard]] Result<std::string> AcceptTrustPolicy(std::string_view document,
                                                    const policy::PrincipalDirectory& directory);

}  // namespace coffer::services::iam
