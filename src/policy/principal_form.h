#pragma once

#include <string_view>

namespace coffer::policy {

/// Whether `text` can stand for an AWS principal in a resource-based policy: `*`, an account, the
/// ARN of a root, user, role, role session or federated user, or a unique id. Groups and ARNs with
/// wildcards cannot (AWS: JSON policy element Principal). Whether it exists is not looked at.
[[nodiscard]] bool IsAwsPrincipal(std::string_view text);

/// Whether `text` has the form of the id of a user (AIDA…) or role (AROA…).
[[nodiscard]] bool IsUniqueId(std::string_view text);

/// Whether `text` has the form of a service's name, such as `rds.amazonaws.com`.
[[nodiscard]] bool IsServicePrincipal(std::string_view text);

}  // namespace coffer::policy
