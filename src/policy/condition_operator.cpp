#include "policy/condition_operator.h"

#include "base/ascii.h"

#include <algorithm>
#include <array>
#include <string>

namespace coffer::policy {

namespace {

struct Name {
  std::string_view text;  ///< In lower case.
  Comparison comparison;
  bool is_negated = false;
};

constexpr bool kNegated = true;

constexpr auto kNames = std::to_array<Name>({
    {"stringequals", Comparison::kStringEquals},
    {"stringnotequals", Comparison::kStringEquals, kNegated},
    {"stringequalsignorecase", Comparison::kStringEqualsIgnoreCase},
    {"stringnotequalsignorecase", Comparison::kStringEqualsIgnoreCase, kNegated},
    {"stringlike", Comparison::kStringLike},
    {"stringnotlike", Comparison::kStringLike, kNegated},
    {"numericequals", Comparison::kNumericEquals},
    {"numericnotequals", Comparison::kNumericEquals, kNegated},
    {"numericlessthan", Comparison::kNumericLessThan},
    {"numericlessthanequals", Comparison::kNumericLessThanEquals},
    {"numericgreaterthan", Comparison::kNumericGreaterThan},
    {"numericgreaterthanequals", Comparison::kNumericGreaterThanEquals},
    {"dateequals", Comparison::kDateEquals},
    {"datenotequals", Comparison::kDateEquals, kNegated},
    {"datelessthan", Comparison::kDateLessThan},
    {"datelessthanequals", Comparison::kDateLessThanEquals},
    {"dategreaterthan", Comparison::kDateGreaterThan},
    {"dategreaterthanequals", Comparison::kDateGreaterThanEquals},
    {"bool", Comparison::kBool},
    {"binaryequals", Comparison::kBinaryEquals},
    {"ipaddress", Comparison::kIpAddress},
    {"notipaddress", Comparison::kIpAddress, kNegated},
    {"arnequals", Comparison::kArnLike},
    {"arnlike", Comparison::kArnLike},
    {"arnnotequals", Comparison::kArnLike, kNegated},
    {"arnnotlike", Comparison::kArnLike, kNegated},
    {"null", Comparison::kNull},
});

bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::optional<ConditionOperator> ParseConditionOperator(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(), base::ToLower);
  std::string_view rest = lower;
  ConditionOperator parsed;
  if (TakePrefix(rest, "forallvalues:")) {
    parsed.qualifier = SetQualifier::kForAllValues;
  } else if (TakePrefix(rest, "foranyvalue:")) {
    parsed.qualifier = SetQualifier::kForAnyValue;
  }
  constexpr std::string_view kIfExists = "ifexists";
  if (rest.ends_with(kIfExists)) {
    rest.remove_suffix(kIfExists.size());
    parsed.if_exists = true;
  }
  const auto found = std::ranges::find(kNames, rest, &Name::text);
  if (found == kNames.end()) return std::nullopt;
  parsed.comparison = found->comparison;
  parsed.is_negated = found->is_negated;
  if (parsed.comparison == Comparison::kNull && parsed.if_exists) return std::nullopt;
  return parsed;
}

}  // namespace coffer::policy
