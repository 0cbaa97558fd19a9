#pragma once

#include "policy/arn.h"
#include "policy/grammar.h"
#include "policy/leading_segments.h"
#include "policy/pattern.h"
#include "policy/request_context.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::policy {

/// The first bytes of the last segment of an ARN, or of patterns for it: most statements are about
/// other resources, and these bytes tell without a look at the patterns.
class ResourceHead {
 public:
  static constexpr std::size_t kBytes = 24;

  ResourceHead() = default;
  /// Of a text: its first bytes. Of patterns: what they all begin with.
  explicit ResourceHead(std::string_view text) {
    const std::size_t size = std::min(text.size(), kBytes);
    std::memcpy(bytes_.data(), text.data(), size);
    std::memset(mask_.data(), 0xFF, size);
  }

  /// Of patterns: whether one of them can fit a text that begins so.
  [[nodiscard]] bool Admits(const ResourceHead& text) const {
    return ((bytes_[0] ^ text.bytes_[0]) & mask_[0]) == 0 &&
           ((bytes_[1] ^ text.bytes_[1]) & mask_[1]) == 0 &&
           ((bytes_[2] ^ text.bytes_[2]) & mask_[2]) == 0;
  }

 private:
  using Words = std::array<std::uint64_t, kBytes / sizeof(std::uint64_t)>;
  Words bytes_{};
  Words mask_{};
};

/// What an action is done to: an ARN, or `*` for actions that are about an account.
struct Resource {
  explicit Resource(std::string_view resource_name)
      : name(resource_name), segments(SplitArn(resource_name)) {
    if (segments) head = ResourceHead((*segments)[kResourceSegment]);
  }

  std::string_view name;  ///< The caller's memory.
  std::optional<ArnSegments> segments;
  ResourceHead head;
};

/// A Resource or NotResource element.
class ResourceSet {
 public:
  enum class Kind : bool { kResource, kNotResource };
  explicit ResourceSet(Kind kind) : kind_(kind) {}

  /// Of a pattern with fewer than six segments, the missing ones are `*` in an identity policy; in
  /// others it fits nothing unless it has a star.
  void Add(std::string_view pattern, DocumentKind document, TextTemplate::Variables variables);
  [[nodiscard]] bool Covers(const Resource& resource, const RequestContext& context) const;
  /// Whether one of the patterns can be of a resource of `service`, whichever one.
  [[nodiscard]] bool Names(std::string_view service) const;
  /// Admits whatever the set may cover.
  [[nodiscard]] ResourceHead Head() const;
  /// When the set is a single pattern that goes on behind its head with any characters: what else
  /// must fit a resource that the head admits. Null for all other sets; as long as this lives.
  [[nodiscard]] const LeadingSegments* BesideHead() const;
  /// The keys of the variables in the patterns, in their order.
  [[nodiscard]] std::vector<ContextKey> variables() const;
  [[nodiscard]] Kind kind() const { return kind_; }
  /// Whether one of the patterns is `*`.
  [[nodiscard]] bool is_everything() const { return is_everything_; }

 private:
  struct ArnPattern {
    TextTemplate last;
    std::shared_ptr<const LeadingSegments> leading;
  };
  [[nodiscard]] static bool Fits(const ArnPattern& pattern, const Resource& resource,
                                 const ArnSegments& segments, const RequestContext& context);

  Kind kind_;
  bool is_everything_ = false;
  std::vector<ArnPattern> patterns_;
};

}  // namespace coffer::policy
