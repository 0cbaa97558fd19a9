#pragma once

#include "policy/arn.h"

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace coffer::policy {

/// What stands before the last segment in a pattern for ARNs. Nearly all patterns have one of a few
/// such beginnings, so each is there once: whoever's policy is looked at, it is near the processor.
class LeadingSegments {
 public:
  /// In the form of `Matches`.
  using Patterns = std::array<std::string, kResourceSegment>;

  explicit LeadingSegments(Patterns patterns);
  /// The one of all patterns that begin so. Safe to call from any thread.
  [[nodiscard]] static std::shared_ptr<const LeadingSegments> Shared(Patterns patterns);

  /// `segments` are those of `arn`.
  [[nodiscard]] bool Fit(std::string_view arn, const ArnSegments& segments) const;
  [[nodiscard]] bool FitService(std::string_view service) const;

 private:
  Patterns patterns_;
  std::string literal_;  ///< The first segments, without wildcards, and their colons.
  std::size_t literal_count_ = 0;
  std::array<bool, kResourceSegment> is_any_{};  ///< `*`.
};

}  // namespace coffer::policy
