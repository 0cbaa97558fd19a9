#pragma once

#include "coffer/clock.h"
#include "coffer/result.h"
#include "secrets/secret.h"

#include <span>
#include <string>
#include <vector>

namespace coffer::secrets {

/// Versions of one secret (AWS quota: "about 100").
inline constexpr std::int64_t kMaxVersions = 100;

/// Which unlabelled versions to remove so that at most kMaxVersions remain, oldest first, never one
/// younger than 24 hours and never a labelled one. LimitExceeded when that does not
/// suffice. `versions` includes the one that is being added.
[[nodiscard]] Result<std::vector<std::string>> VersionsToRemove(std::span<const Version> versions,
                                                                const StagingLabels& labels,
                                                                Timestamp now);

}  // namespace coffer::secrets
