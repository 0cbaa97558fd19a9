#include "secrets/versions.h"

#include <algorithm>
#include <chrono>

namespace coffer::secrets {
namespace {

constexpr auto kProtectedAge = std::chrono::hours(24);

}  // namespace

Result<std::vector<std::string>> VersionsToRemove(std::span<const Version> versions,
                                                  const StagingLabels& labels, Timestamp now) {
  const auto count = static_cast<std::int64_t>(versions.size());
  if (count <= kMaxVersions) return std::vector<std::string>{};

  std::vector<const Version*> removable;
  for (const Version& version : versions) {
    if (now - version.created >= kProtectedAge && !labels.IsLabelled(version.id)) {
      removable.push_back(&version);
    }
  }
  const auto excess = static_cast<std::size_t>(count - kMaxVersions);
  if (removable.size() < excess) {
    return Fail(ErrorCode::kLimitExceeded,
                "The secret has reached its limit of " + std::to_string(kMaxVersions) +
                    " versions. Versions that have a staging label or are younger than 24 hours "
                    "are not removed.");
  }
  std::ranges::stable_sort(removable, {}, &Version::created);
  std::vector<std::string> ids;
  for (const Version* version : std::span(removable).first(excess)) ids.push_back(version->id);
  return ids;
}

}  // namespace coffer::secrets
