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
  LeadingSegments::Patterns leading;
  leading.fill(std::string(1, kAnyRun));
  std::optional<std::string_view> rest = pattern;
  for (std::string& segment : leading) {
    if (!rest) break;
    const std::size_t colon = rest->find(':');
    segment = PatternOf(rest->substr(0, colon), Wildcards::kSpecial);
    rest = colon == std::string_view::npos ? std::nullopt : std::optional(rest->substr(colon + 1));
  }
  if (!rest && !may_be_short) return;
  patterns_.push_back({.last = TextTemplate(rest.value_or("*"), Wildcards::kSpecial, variables),
                       .leading = LeadingSegments::Shared(std::move(leading))});
}

bool ResourceSet::Covers(const Resource& resource, const RequestContext& context) const {
  const auto fits_one = [&] {
    const std::optional<ArnSegments>& segments = resource.segments;
    return segments && std::ranges::any_of(patterns_, [&](const ArnPattern& pattern) {
             return Fits(pattern, resource, *segments, context);
           });
  };
  const bool is_listed = is_everything_ || fits_one();
  return is_listed == (kind_ == Kind::kResource);
}

bool ResourceSet::Names(std::string_view service) const {
  return is_everything_ || std::ranges::any_of(patterns_, [&](const ArnPattern& pattern) {
           return pattern.leading->FitService(service);
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

const LeadingSegments* ResourceSet::BesideHead() const {
  if (is_everything_ || kind_ == Kind::kNotResource || patterns_.size() != 1) return nullptr;
  const TextTemplate& last = patterns_.front().last;
  const std::string_view prefix = last.prefix();
  const bool is_run_behind = last.fixed() != nullptr && last.fixed()->size() == prefix.size() + 1 &&
                             last.fixed()->back() == kAnyRun;
  if (!is_run_behind || prefix.size() > ResourceHead::kBytes) return nullptr;
  return patterns_.front().leading.get();
}

bool ResourceSet::Fits(const ArnPattern& pattern, const Resource& resource,
                       const ArnSegments& segments, const RequestContext& context) {
  // Most patterns differ in their last segment alone.
  const std::string_view last = segments[kResourceSegment];
  const std::string_view prefix = pattern.last.prefix();
  if (!last.starts_with(prefix)) return false;
  const std::string* fixed = pattern.last.fixed();
  if (fixed != nullptr &&
      !Matches(std::string_view(*fixed).substr(prefix.size()), last.substr(prefix.size()))) {
    return false;
  }
  if (!pattern.leading->Fit(resource.name, segments)) return false;
  if (fixed != nullptr) return true;
  const std::optional<std::string> expanded = pattern.last.Expand(context);
  return expanded && Matches(*expanded, last);
}

}  // namespace coffer::policy
