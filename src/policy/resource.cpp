#include "policy/resource.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace coffer::policy {

void ResourceSet::Add(std::string_view pattern, DocumentKind document,
                      TextTemplate::Variables variables) {
  if (pattern.find_first_not_of('*') == std::string_view::npos) {
    is_everything_ = true;
    return;
  }
  const bool may_be_short =
      document == DocumentKind::kIdentity || pattern.find('*') != std::string_view::npos;
  std::array<std::string, kResourceSegment> leading;
  leading.fill(std::string(1, kAnyRun));
  std::optional<std::string_view> rest = pattern;
  for (std::string& segment : leading) {
    if (!rest) break;
    const std::size_t colon = rest->find(':');
    segment = PatternOf(rest->substr(0, colon), Wildcards::kSpecial);
    rest = colon == std::string_view::npos ? std::nullopt : std::optional(rest->substr(colon + 1));
  }
  if (!rest && !may_be_short) return;
  patterns_.push_back({.leading = std::move(leading),
                       .last = TextTemplate(rest.value_or("*"), Wildcards::kSpecial, variables)});
}

bool ResourceSet::Covers(const Resource& resource, const RequestContext& context) const {
  const std::optional<ArnSegments>& segments = resource.segments;
  const auto fits_one = [&] {
    return segments && std::ranges::any_of(patterns_, [&](const ArnPattern& pattern) {
             return Fits(pattern, *segments, context);
           });
  };
  const bool is_listed = is_everything_ || fits_one();
  return is_listed == (kind_ == Kind::kResource);
}

bool ResourceSet::Names(std::string_view service) const {
  constexpr std::size_t kServiceSegment = 2;
  return is_everything_ || std::ranges::any_of(patterns_, [&](const ArnPattern& pattern) {
           return Matches(pattern.leading[kServiceSegment], service);
         });
}

std::vector<ContextKey> ResourceSet::variables() const {
  std::vector<ContextKey> keys;
  for (const ArnPattern& pattern : patterns_) {
    std::ranges::move(pattern.last.variables(), std::back_inserter(keys));
  }
  return keys;
}

bool ResourceSet::Fits(const ArnPattern& pattern, const ArnSegments& segments,
                       const RequestContext& context) {
  for (std::size_t i = 0; i < pattern.leading.size(); ++i) {
    if (!Matches(pattern.leading[i], segments[i])) return false;
  }
  if (const std::string* fixed = pattern.last.fixed()) {
    return Matches(*fixed, segments[kResourceSegment]);
  }
  const std::optional<std::string> expanded = pattern.last.Expand(context);
  return expanded && Matches(*expanded, segments[kResourceSegment]);
}

}  // namespace coffer::policy
