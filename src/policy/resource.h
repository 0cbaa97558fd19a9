#pragma once

#include "policy/arn.h"
#include "policy/grammar.h"
#include "policy/pattern.h"
#include "policy/request_context.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::policy {

/// What an action is done to: an ARN, or `*` for actions that are about an account.
struct Resource {
  explicit Resource(std::string_view resource_name)
      : name(resource_name), segments(SplitArn(resource_name)) {}

  std::string_view name;  ///< The caller's memory.
  std::optional<ArnSegments> segments;
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
  /// The keys of the variables in the patterns, in their order.
  [[nodiscard]] std::vector<ContextKey> variables() const;
  [[nodiscard]] Kind kind() const { return kind_; }
  /// Whether one of the patterns is `*`.
  [[nodiscard]] bool is_everything() const { return is_everything_; }

 private:
  struct ArnPattern {
    std::array<std::string, kResourceSegment> leading;
    TextTemplate last;
  };
  [[nodiscard]] static bool Fits(const ArnPattern& pattern, const ArnSegments& segments,
                                 const RequestContext& context);

  Kind kind_;
  bool is_everything_ = false;
  std::vector<ArnPattern> patterns_;
};

}  // namespace coffer::policy
