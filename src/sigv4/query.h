#pragma once

#include "coffer/result.h"

#include <optional>
#include <string>
#include <string_view>

namespace coffer::sigv4 {

/// Check 2 of verifier.h: every `%` of the query is followed by two hexadecimal digits. The other
/// functions here rely on it.
[[nodiscard]] Result<void> CheckQueryEscapes(std::string_view query);

/// The decoded value of the first parameter whose decoded name is `name`; nullopt when there is
/// none. A `+` is a plus sign.
[[nodiscard]] std::optional<std::string> FindQueryParameter(std::string_view query,
                                                            std::string_view name);

/// `query` without the parameter that FindQueryParameter would find.
[[nodiscard]] std::string WithoutQueryParameter(std::string_view query, std::string_view name);

/// Adds the canonical query: parameters decoded, encoded again and sorted. A `+` is
/// a plus sign, not a blank.
void AppendCanonicalQuery(std::string& out, std::string_view query);

}  // namespace coffer::sigv4
