#pragma once

#include "policy/evaluator.h"

#include <string>
#include <string_view>

namespace coffer::policy {

/// AWS's text of a refusal: `User: … is not authorized to perform: … on resource: … because no
/// identity-based policy allows the … action`. `resource` is as AWS prints it: an ARN, the raw text
/// of the request when nothing is there, or empty for account-level actions.
[[nodiscard]] std::string DenialMessage(const Principal& principal, std::string_view action,
                                        std::string_view resource, const Decision& decision);

}  // namespace coffer::policy
