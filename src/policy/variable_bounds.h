#pragma once

#include "policy/pattern.h"
#include "policy/resource.h"

#include <optional>
#include <string>

/// What texts with policy variables can come to, before a request gives the variables values.
namespace coffer::policy {

/// The pattern with a run of any characters in place of each variable.
[[nodiscard]] std::string WidestPattern(const TextTemplate& text);

/// Whether `set` covers `secret` for some values of its variables; for some secret when none is
/// given.
[[nodiscard]] bool MayCover(const ResourceSet& set, const std::optional<Resource>& secret);

/// Whether `set` covers `secret` whatever its variables are; every secret when none is given.
[[nodiscard]] bool MustCover(const ResourceSet& set, const std::optional<Resource>& secret);

}  // namespace coffer::policy
