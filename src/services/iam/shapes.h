#pragma once

#include "base/shape.h"
#include "coffer/clock.h"
#include "coffer/result.h"
#include "identity/entities.h"
#include "identity/names.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

/// Structures, bounds and rules that several operations share. Bounds are those of AWS's model.
namespace coffer::services::iam {

inline constexpr base::Range kUserNameLength{1, 64};
inline constexpr base::Range kPolicyNameLength{1, 128};
inline constexpr base::Range kDocumentLength{1, 131'072};
inline constexpr base::Range kPathLength{1, 512};
inline constexpr base::Range kAccessKeyIdLength{16, 128};
inline constexpr base::Range kArnLength{20, 2048};
inline constexpr base::Range kPageSize{1, 1000};
inline constexpr base::Range kMarkerLength{1, 320};
inline constexpr std::int64_t kDefaultPageSize = 100;
inline constexpr std::size_t kMaxTags = 50;

inline constexpr base::Constraint kNamePattern{
    .pattern = {.pattern = R"([\w+=,.@-]+)", .matches = &identity::IsName}};

struct Tag {
  std::string key;
  std::string value;

  static constexpr auto Members() {
    return std::tuple{base::Required("Key", &Tag::key, {1, 128}),
                      base::Required("Value", &Tag::value, {0, 256})};
  }
};
using Tags = std::optional<std::vector<Tag>>;

/// InvalidInput for a key that is there twice, in whatever letter case; LimitExceeded for too many.
[[nodiscard]] Result<std::vector<identity::Tag>> ToRules(const Tags& tags);
/// Absent when there are none: AWS leaves the member out.
[[nodiscard]] Tags ToWire(const std::vector<identity::Tag>& tags);

struct AttachedBoundary {
  std::string type = "Policy";
  std::string arn;

  static constexpr auto Members() {
    return std::tuple{base::Required("PermissionsBoundaryType", &AttachedBoundary::type),
                      base::Required("PermissionsBoundaryArn", &AttachedBoundary::arn)};
  }
};
[[nodiscard]] std::optional<AttachedBoundary> ToWire(const std::optional<std::string>& boundary);

/// How a list is asked for.
struct Page {
  std::optional<std::string> marker;
  std::optional<std::int64_t> max_items;

  [[nodiscard]] std::string_view after() const { return marker ? *marker : std::string_view(); }
  [[nodiscard]] std::size_t size() const {
    return static_cast<std::size_t>(max_items.value_or(kDefaultPageSize));
  }
};

}  // namespace coffer::services::iam
