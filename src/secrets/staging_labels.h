#pragma once

#include "coffer/result.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::secrets {

inline constexpr std::string_view kCurrent = "AWSCURRENT";
inline constexpr std::string_view kPrevious = "AWSPREVIOUS";
inline constexpr std::string_view kPending = "AWSPENDING";

/// Labels attached across all versions of one secret (AWS quota).
inline constexpr std::size_t kMaxLabels = 20;

/// Which version of one secret carries each staging label: label → version id. Being a map from
/// labels, it cannot put one label on two versions.
class StagingLabels {
 public:
  using Map = std::map<std::string, std::string, std::less<>>;

  StagingLabels() = default;
  explicit StagingLabels(Map holders) : holders_(std::move(holders)) {}

  /// The version that carries `label`, or nullopt.
  [[nodiscard]] std::optional<std::string_view> Holder(std::string_view label) const;
  /// The labels of one version, sorted.
  [[nodiscard]] std::vector<std::string> Of(std::string_view version_id) const;
  [[nodiscard]] bool IsLabelled(std::string_view version_id) const;
  [[nodiscard]] const Map& holders() const { return holders_; }
  [[nodiscard]] bool empty() const { return holders_.empty(); }
  /// Version id → its labels, sorted both ways: the wire's VersionIdsToStages.
  [[nodiscard]] std::map<std::string, std::vector<std::string>> ByVersion() const;

  bool operator==(const StagingLabels&) const = default;

 private:
  Map holders_;
};

/// The labels after a new version `version_id` was put with `requested` labels (absent =
/// AWSCURRENT alone). The first version always gets AWSCURRENT. When AWSCURRENT moves, AWSPREVIOUS
/// follows to its former holder, and AWSPENDING disappears from wherever it sat unless it was
/// requested or `version_id` is the pending version itself: any other write abandons a pending
/// rotation.
/// LimitExceeded when more than kMaxLabels labels would be attached.
/// AWS: PutSecretValue, UpdateSecret.
[[nodiscard]] Result<StagingLabels> AfterPut(
    const StagingLabels& before, std::string_view version_id,
    const std::optional<std::vector<std::string>>& requested, bool is_first_version);

/// The labels after UpdateSecretVersionStage. The caller has made sure that
/// the named versions exist. InvalidParameter with AWS's texts; LimitExceeded as above.
[[nodiscard]] Result<StagingLabels> AfterMove(const StagingLabels& before, std::string_view label,
                                              const std::optional<std::string>& move_to,
                                              const std::optional<std::string>& remove_from);

}  // namespace coffer::secrets
