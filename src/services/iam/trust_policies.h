#pragma once

#include "coffer/result.h"

#include <string_view>

namespace coffer::services::iam {

/// MalformedPolicyDocument with IAM's texts unless `document` says who may assume a role;
/// LimitExceeded when it is longer than 2,048 characters, white space not counted (AWS: IAM
/// quotas).
[[nodiscard]] Result<void> CheckTrustPolicy(std::string_view document);

}  // namespace coffer::services::iam
