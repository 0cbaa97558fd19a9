#pragma once

#include "coffer/result.h"
#include "identity/entities.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace coffer::services::iam {

/// Without white space, which IAM's quotas do not count.
[[nodiscard]] std::size_t CountedCharacters(std::string_view document);

/// MalformedPolicyDocument with IAM's texts unless `document` is an identity policy.
[[nodiscard]] Result<void> CheckIdentityPolicy(std::string_view document);

/// The same for a managed policy, which has 6,144 characters at most, white space not counted:
/// LimitExceeded otherwise.
[[nodiscard]] Result<void> CheckManagedPolicy(std::string_view document);

/// LimitExceeded when the inline policies of one entity have more than `most` characters together;
/// white space does not count (AWS: IAM quotas). `kind` and `name` are for the message.
[[nodiscard]] Result<void> CheckInlineQuota(const std::vector<identity::InlinePolicy>& policies,
                                            std::size_t most, std::string_view kind,
                                            std::string_view name);

}  // namespace coffer::services::iam
