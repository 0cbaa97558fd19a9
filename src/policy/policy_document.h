#pragma once

#include "coffer/result.h"

#include <string>
#include <string_view>

namespace coffer::policy {

/// Checks the grammar of a resource-based policy on a secret (AWS: IAM policy grammar): elements,
/// Version, Effect, Principal forms, Action forms, Resource, known condition operators.
/// MalformedPolicyDocument with AWS's texts. Who the policy admits is not looked at here.
[[nodiscard]] Result<void> CheckResourcePolicy(std::string_view document);

/// Whether some Allow statement of a checked document names everybody (`"*"`) as principal,
/// whatever its conditions say. What BlockPublicPolicy refuses.
[[nodiscard]] bool AllowsAnyPrincipal(std::string_view document);

/// The document as GetResourcePolicy returns it: member order kept, Jackson's pretty form (two
/// blanks of indentation, `"Key" : value`, arrays as `[ {` … `} ]`). `document` has been checked.
[[nodiscard]] std::string PrettyPrint(std::string_view document);

}  // namespace coffer::policy
