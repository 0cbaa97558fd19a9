#include "policy/arn.h"

#include "policy/pattern.h"

namespace coffer::policy {

namespace {

// The first six parts between colons; fewer when there are not so many.
std::size_t Split(std::string_view text, ArnSegments& segments) {
  std::size_t count = 0;
  while (count < kResourceSegment) {
    const std::size_t colon = text.find(':');
    segments[count++] = text.substr(0, colon);
    if (colon == std::string_view::npos) return count;
    text.remove_prefix(colon + 1);
  }
  segments[count++] = text;
  return count;
}

}  // namespace

std::optional<ArnSegments> SplitArn(std::string_view text) {
  ArnSegments segments;
  if (Split(text, segments) != segments.size() || segments[0] != "arn") return std::nullopt;
  return segments;
}

bool MatchesArn(std::string_view pattern, const ArnSegments& arn) {
  ArnSegments patterns;
  if (Split(pattern, patterns) != patterns.size()) return false;
  for (std::size_t i = 0; i < arn.size(); ++i) {
    if (!Matches(patterns[i], arn[i])) return false;
  }
  return true;
}

}  // namespace coffer::policy
