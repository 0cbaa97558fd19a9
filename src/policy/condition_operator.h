#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::policy {

/// How the values of a condition are compared. ArnEquals is ArnLike under another name.
enum class Comparison : std::uint8_t {
  kStringEquals,
  kStringEqualsIgnoreCase,
  kStringLike,
  kNumericEquals,
  kNumericLessThan,
  kNumericLessThanEquals,
  kNumericGreaterThan,
  kNumericGreaterThanEquals,
  kDateEquals,
  kDateLessThan,
  kDateLessThanEquals,
  kDateGreaterThan,
  kDateGreaterThanEquals,
  kBool,
  kBinaryEquals,
  kIpAddress,
  kArnLike,
  kNull,
};

/// What is asked of the several values that a key can have.
enum class SetQualifier : std::uint8_t { kNone, kForAllValues, kForAnyValue };

/// The left side of a condition, as in `ForAllValues:StringNotLikeIfExists`.
struct ConditionOperator {
  Comparison comparison{};
  SetQualifier qualifier = SetQualifier::kNone;
  bool is_negated = false;  ///< StringNotEquals, NotIpAddress and the like.
  bool if_exists = false;

  bool operator==(const ConditionOperator&) const = default;
};

/// Reads a name in any letter case; nullopt when there is no such operator.
/// AWS: IAM JSON policy elements: condition operators.
[[nodiscard]] std::optional<ConditionOperator> ParseConditionOperator(std::string_view name);
/// The name that AWS writes, such as `ForAnyValue:StringLikeIfExists`.
[[nodiscard]] std::string NameOf(const ConditionOperator& named);

}  // namespace coffer::policy
