#pragma once

#include "policy/document.h"

#include <span>
#include <string>
#include <vector>

namespace coffer::policy {

/// The condition keys that the documents ask a request for, in conditions and in policy variables:
/// each once whatever its letter case, in the order and the letters in which it comes first.
[[nodiscard]] std::vector<std::string> ContextKeysOf(std::span<const Document* const> documents);

}  // namespace coffer::policy
