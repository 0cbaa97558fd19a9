#include "policy/leading_segments.h"

#include "policy/pattern.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace coffer::policy {

namespace {

/// Kept alive by the documents that use them.
class Shelf {
 public:
  std::shared_ptr<const LeadingSegments> Find(LeadingSegments::Patterns patterns) {
    std::string key;
    for (const std::string& pattern : patterns) key += pattern + ":";
    const std::lock_guard lock(entries_mutex_);
    if (const auto found = entries_.find(key); found != entries_.end()) {
      if (auto alive = found->second.lock()) return alive;
    }
    if (entries_.size() >= sweep_at_) {
      std::erase_if(entries_, [](const auto& entry) { return entry.second.expired(); });
      sweep_at_ = std::max<std::size_t>(1024, entries_.size() * 2);
    }
    auto made = std::make_shared<const LeadingSegments>(std::move(patterns));
    entries_.insert_or_assign(std::move(key), made);
    return made;
  }

 private:
  std::mutex entries_mutex_;
  std::unordered_map<std::string, std::weak_ptr<const LeadingSegments>> entries_;
  std::size_t sweep_at_ = 1024;  ///< How many there are when the dead ones are removed.
};

bool HasWildcard(std::string_view pattern) {
  return std::ranges::any_of(pattern, [](char c) { return c == kAnyRun || c == kAnyOne; });
}

bool IsAny(std::string_view pattern) { return pattern == std::string_view(&kAnyRun, 1); }

}  // namespace

LeadingSegments::LeadingSegments(Patterns patterns) : patterns_(std::move(patterns)) {
  const auto literal_end = std::ranges::find_if(patterns_, HasWildcard);
  literal_count_ = static_cast<std::size_t>(literal_end - patterns_.begin());
  for (std::size_t i = 0; i < literal_count_; ++i) literal_ += patterns_[i] + ":";
  std::ranges::transform(patterns_, is_any_.begin(), IsAny);
}

std::shared_ptr<const LeadingSegments> LeadingSegments::Shared(Patterns patterns) {
  static Shelf shelf;
  return shelf.Find(std::move(patterns));
}

bool LeadingSegments::Fit(std::string_view arn, const ArnSegments& segments) const {
  if (!arn.starts_with(literal_)) return false;
  for (std::size_t i = literal_count_; i < patterns_.size(); ++i) {
    if (!is_any_[i] && !Matches(patterns_[i], segments[i])) return false;
  }
  return true;
}

bool LeadingSegments::FitService(std::string_view service) const {
  constexpr std::size_t kServiceSegment = 2;
  return Matches(patterns_[kServiceSegment], service);
}

}  // namespace coffer::policy
