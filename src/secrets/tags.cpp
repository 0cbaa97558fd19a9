#include "secrets/tags.h"

#include <algorithm>
#include <utility>

namespace coffer::secrets {
namespace {

Result<void> CheckKeys(std::span<const Tag> added) {
  std::vector<std::string_view> keys;
  for (const Tag& tag : added) {
    if (tag.key.starts_with("aws:")) {
      return Fail(ErrorCode::kInvalidParameter,
                  "aws: prefixed tag key names are not allowed for external use.");
    }
    if (tag.key.empty()) return Fail(ErrorCode::kInvalidParameter, "A tag needs a Key.");
    keys.push_back(tag.key);
  }
  std::ranges::sort(keys);
  const auto duplicate = std::ranges::adjacent_find(keys);
  if (duplicate != keys.end()) {
    return Fail(ErrorCode::kInvalidParameter,
                "The tag key " + std::string(*duplicate) + " is given more than once.");
  }
  return {};
}

}  // namespace

Result<std::vector<Tag>> WithTags(const std::optional<std::vector<Tag>>& before,
                                  std::span<const Tag> added) {
  RETURN_IF_ERROR(CheckKeys(added));
  std::vector<Tag> tags = before.value_or(std::vector<Tag>{});
  for (const Tag& tag : added) {
    const auto known = std::ranges::find(tags, tag.key, &Tag::key);
    if (known == tags.end()) {
      tags.push_back(tag);
    } else {
      known->value = tag.value;
    }
  }
  if (tags.size() > kMaxTags) {
    return Fail(ErrorCode::kLimitExceeded,
                "A secret can have at most " + std::to_string(kMaxTags) + " tags.");
  }
  return tags;
}

std::optional<std::vector<Tag>> WithoutTags(const std::optional<std::vector<Tag>>& before,
                                            std::span<const std::string> keys) {
  std::optional<std::vector<Tag>> tags = before;
  if (tags) {
    std::erase_if(*tags,
                  [&](const Tag& tag) { return std::ranges::find(keys, tag.key) != keys.end(); });
  }
  return tags;
}

}  // namespace coffer::secrets
