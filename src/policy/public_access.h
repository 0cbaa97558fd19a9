#pragma once

#include <string_view>

namespace coffer::policy {

/// Whether some Allow statement of a checked document names everybody (`"*"`) as principal,
/// whatever its conditions say. What BlockPublicPolicy refuses.
[[nodiscard]] bool AllowsAnyPrincipal(std::string_view document);

}  // namespace coffer::policy
