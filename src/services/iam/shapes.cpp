#include "services/iam/shapes.h"

#include <set>

namespace coffer::services::iam {

Result<std::vector<identity::Tag>> ToRules(const Tags& tags) {
  std::vector<identity::Tag> rules;
  if (!tags) return rules;
  if (tags->size() > kMaxTags) {
    return Fail(ErrorCode::kLimitExceeded, "Cannot exceed quota for TagsPerEntity: 50");
  }
  std::set<std::string> keys;
  for (const Tag& tag : *tags) {
    if (identity::NameKey(tag.key).starts_with("aws:")) {
      return Fail(ErrorCode::kInvalidInput, "Tag keys that begin with aws: are reserved.");
    }
    if (!keys.insert(identity::NameKey(tag.key)).second) {
      return Fail(ErrorCode::kInvalidInput,
                  "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }
    rules.push_back({.key = tag.key, .value = tag.value});
  }
  return rules;
}

Tags ToWire(const std::vector<identity::Tag>& tags) {
  if (tags.empty()) return std::nullopt;
  std::vector<Tag> wire;
  wire.reserve(tags.size());
  for (const auto& [key, value] : tags) wire.push_back({.key = key, .value = value});
  return wire;
}

std::optional<AttachedBoundary> ToWire(const std::optional<std::string>& boundary) {
  if (!boundary) return std::nullopt;
  return AttachedBoundary{.arn = *boundary};
}

}  // namespace coffer::services::iam
