#pragma once

#include "coffer/result.h"
#include "secrets/secret.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace coffer::secrets {

inline constexpr std::size_t kMaxTags = 50;

/// The tags after TagResource (or the tags of CreateSecret, with `before` absent): keys are exact,
/// known ones get the new value in place, new ones are appended. InvalidParameter
/// for a key given twice or one that starts with `aws:`; LimitExceeded above kMaxTags.
[[nodiscard]] Result<std::vector<Tag>> WithTags(const std::optional<std::vector<Tag>>& before,
                                                std::span<const Tag> added);

/// The tags after UntagResource; unknown keys are ignored. Stays present (empty) once tagged.
[[nodiscard]] std::optional<std::vector<Tag>> WithoutTags(
    const std::optional<std::vector<Tag>>& before, std::span<const std::string> keys);

}  // namespace coffer::secrets
