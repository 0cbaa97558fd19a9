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
  std::array<bool, kResourceSegment> is_any{};
  std::ranges::transform(leading, is_any.begin(), [](const std::string& segment) {
    return segment == std::string_view(&kAnyRun, 1);
  });
  patterns_.push_back({.last = TextTemplate(rest.value_or("*"), Wildcards::kSpecial, variables),
                       .is_any = is_any,
                       .leading = std::move(leading)});
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

ResourceHead ResourceSet::Head() const {
  if (is_everything_ || kind_ == Kind::kNotResource || patterns_.empty()) return {};
  std::string_view common = patterns_.front().last.prefix();
  for (const ArnPattern& pattern : patterns_) {
    const auto differing = std::ranges::mismatch(common, pattern.last.prefix());
    common = common.substr(0, static_cast<std::size_t>(differing.in1 - common.begin()));
  }
  return ResourceHead(common);
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
  // Most patterns differ in their last segment alone.
  const std::string_view prefix = pattern.last.prefix();
  if (!segments[kResourceSegment].starts_with(prefix)) return false;
  const std::string* fixed = pattern.last.fixed();
  if (fixed != nullptr && !Matches(std::string_view(*fixed).substr(prefix.size()),
                                   segments[kResourceSegment].substr(prefix.size()))) {
    return false;
  }
  for (std::size_t i = 0; i < pattern.leading.size(); ++i) {
    const bool fits = pattern.is_any[i] || pattern.leading[i] == segments[i] ||
                      Matches(pattern.leading[i], segments[i]);
    if (!fits) return false;
  }
  if (fixed != nullptr) return true;
  const std::optional<std::string> expanded = pattern.last.Expand(context);
  return expanded && Matches(*expanded, segments[kResourceSegment]);
}

}  // namespace coffer::policy
