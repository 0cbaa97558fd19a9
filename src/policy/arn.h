#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace coffer::policy {

/// The segments of an ARN: `arn`, partition, service, region, account, resource. The last one keeps
/// its colons.
using ArnSegments = std::array<std::string_view, 6>;
inline constexpr std::size_t kResourceSegment = 5;

/// Nullopt unless there are six segments and the first is `arn`.
[[nodiscard]] std::optional<ArnSegments> SplitArn(std::string_view text);

/// Whether each segment of `arn` fits the same one of `pattern`, which is in the form of
/// `Matches`: a run stays within its segment, but for the last, which takes colons and slashes too.
/// A pattern of fewer segments fits nothing.
[[nodiscard]] bool MatchesArn(std::string_view pattern, const ArnSegments& arn);

}  // namespace coffer::policy
