#include "secrets/staging_labels.h"

#include <algorithm>
#include <utility>

namespace coffer::secrets {
namespace {

bool Contains(const std::vector<std::string>& labels, std::string_view label) {
  return std::ranges::find(labels, label) != labels.end();
}

/// Takes `label` from whichever version had it.
void Attach(StagingLabels::Map& holders, std::string_view label, std::string_view version_id) {
  holders.insert_or_assign(std::string(label), std::string(version_id));
}

/// AWSCURRENT goes to `version_id` and AWSPREVIOUS to the version that loses it.
void AttachCurrent(StagingLabels::Map& holders, std::string_view version_id) {
  const auto current = holders.find(kCurrent);
  if (current != holders.end() && current->second != version_id) {
    Attach(holders, kPrevious, current->second);
  }
  Attach(holders, kCurrent, version_id);
}

Result<StagingLabels> WithinQuota(StagingLabels::Map holders) {
  if (holders.size() > kMaxLabels) {
    return Fail(ErrorCode::kLimitExceeded, "You can't attach more than " +
                                               std::to_string(kMaxLabels) +
                                               " staging labels across all versions of a secret.");
  }
  return StagingLabels(std::move(holders));
}

std::string RemoveFromMissing(std::string_view label, std::string_view holder) {
  return "The parameter RemoveFromVersionId can't be empty. Staging label " + std::string(label) +
         " is currently attached to version " + std::string(holder) +
         ", so you must explicitly reference that version in RemoveFromVersionId.";
}

std::string RemoveFromIsNotHolder(std::string_view label) {
  return "When you move staging label " + std::string(label) +
         ", if you specify RemoveFromVersionId, it must be set to the version that currently has "
         "the staging label " +
         std::string(label) + ".";
}

Result<StagingLabels> Moved(const StagingLabels& before, std::string_view label,
                            std::string_view move_to,
                            const std::optional<std::string>& remove_from) {
  const auto holder = before.Holder(label);
  if (remove_from && holder != *remove_from) {
    return Fail(ErrorCode::kInvalidParameter, RemoveFromIsNotHolder(label));
  }
  if (!remove_from && holder && *holder != move_to) {
    return Fail(ErrorCode::kInvalidParameter, RemoveFromMissing(label, *holder));
  }
  StagingLabels::Map holders = before.holders();
  if (label == kCurrent) {
    AttachCurrent(holders, move_to);
  } else {
    Attach(holders, label, move_to);
  }
  return WithinQuota(std::move(holders));
}

Result<StagingLabels> Removed(const StagingLabels& before, std::string_view label,
                              std::string_view remove_from) {
  if (before.Holder(label) != remove_from) {
    return Fail(ErrorCode::kInvalidParameter, "Version stage " + std::string(label) +
                                                  " not found in version " +
                                                  std::string(remove_from));
  }
  if (label == kCurrent) {
    return Fail(ErrorCode::kInvalidParameter,
                "You can only move staging label AWSCURRENT to a different secret version. It "
                "can't be completely removed.");
  }
  StagingLabels::Map holders = before.holders();
  holders.erase(holders.find(label));
  return StagingLabels(std::move(holders));
}

}  // namespace

std::optional<std::string_view> StagingLabels::Holder(std::string_view label) const {
  const auto found = holders_.find(label);
  if (found == holders_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> StagingLabels::Of(std::string_view version_id) const {
  std::vector<std::string> labels;
  for (const auto& [label, holder] : holders_) {
    if (holder == version_id) labels.push_back(label);
  }
  return labels;
}

bool StagingLabels::IsLabelled(std::string_view version_id) const {
  return std::ranges::any_of(holders_,
                             [&](const auto& entry) { return entry.second == version_id; });
}

std::map<std::string, std::vector<std::string>> StagingLabels::ByVersion() const {
  std::map<std::string, std::vector<std::string>> labels;
  for (const auto& [label, holder] : holders_) labels[holder].push_back(label);
  return labels;
}

Result<StagingLabels> AfterPut(const StagingLabels& before, std::string_view version_id,
                               const std::optional<std::vector<std::string>>& requested,
                               bool is_first_version) {
  const std::vector<std::string> labels = requested.value_or(std::vector{std::string(kCurrent)});
  StagingLabels::Map holders = before.holders();
  for (const std::string& label : labels) {
    if (label != kCurrent) Attach(holders, label, version_id);
  }
  if (is_first_version || Contains(labels, kCurrent)) {
    // Filling the pending version itself goes on with its rotation; any other write abandons it.
    if (before.Holder(kPending) != version_id && !Contains(labels, kPending)) {
      holders.erase(std::string(kPending));
    }
    // Last, because AWSPREVIOUS belongs to the former holder even when it was requested.
    AttachCurrent(holders, version_id);
  }
  return WithinQuota(std::move(holders));
}

Result<StagingLabels> AfterMove(const StagingLabels& before, std::string_view label,
                                const std::optional<std::string>& move_to,
                                const std::optional<std::string>& remove_from) {
  if (move_to) return Moved(before, label, *move_to, remove_from);
  if (remove_from) return Removed(before, label, *remove_from);
  return Fail(ErrorCode::kInvalidParameter,
              "You must provide MoveToVersionId, RemoveFromVersionId or both.");
}

}  // namespace coffer::secrets
