#include "policy/condition_operator.h"

#include "base/ascii.h"

#include <algorithm>
#include <array>
#include <string>

namespace coffer::policy {

namespace {

struct Name {
  std::string_view text;
  Comparison comparison;
  bool is_negated = false;
};

constexpr bool kNegated = true;

// Of two names for the same, the first is the one to show.
constexpr auto kNames = std::to_array<Name>({
    {"StringEquals", Comparison::kStringEquals},
    {"StringNotEquals", Comparison::kStringEquals, kNegated},
    {"StringEqualsIgnoreCase", Comparison::kStringEqualsIgnoreCase},
    {"StringNotEqualsIgnoreCase", Comparison::kStringEqualsIgnoreCase, kNegated},
    {"StringLike", Comparison::kStringLike},
    {"StringNotLike", Comparison::kStringLike, kNegated},
    {"NumericEquals", Comparison::kNumericEquals},
    {"NumericNotEquals", Comparison::kNumericEquals, kNegated},
    {"NumericLessThan", Comparison::kNumericLessThan},
    {"NumericLessThanEquals", Comparison::kNumericLessThanEquals},
    {"NumericGreaterThan", Comparison::kNumericGreaterThan},
    {"NumericGreaterThanEquals", Comparison::kNumericGreaterThanEquals},
    {"DateEquals", Comparison::kDateEquals},
    {"DateNotEquals", Comparison::kDateEquals, kNegated},
    {"DateLessThan", Comparison::kDateLessThan},
    {"DateLessThanEquals", Comparison::kDateLessThanEquals},
    {"DateGreaterThan", Comparison::kDateGreaterThan},
    {"DateGreaterThanEquals", Comparison::kDateGreaterThanEquals},
    {"Bool", Comparison::kBool},
    {"BinaryEquals", Comparison::kBinaryEquals},
    {"IpAddress", Comparison::kIpAddress},
    {"NotIpAddress", Comparison::kIpAddress, kNegated},
    {"ArnLike", Comparison::kArnLike},
    {"ArnEquals", Comparison::kArnLike},
    {"ArnNotLike", Comparison::kArnLike, kNegated},
    {"ArnNotEquals", Comparison::kArnLike, kNegated},
    {"Null", Comparison::kNull},
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
  const auto found = std::ranges::find_if(kNames, [&](const Name& known) {
    return std::ranges::equal(known.text, rest, {}, base::ToLower);
  });
  if (found == kNames.end()) return std::nullopt;
  parsed.comparison = found->comparison;
  parsed.is_negated = found->is_negated;
  if (parsed.comparison == Comparison::kNull && parsed.if_exists) return std::nullopt;
  return parsed;
}

std::string NameOf(const ConditionOperator& named) {
  std::string name;
  if (named.qualifier == SetQualifier::kForAllValues) name = "ForAllValues:";
  if (named.qualifier == SetQualifier::kForAnyValue) name = "ForAnyValue:";
  const auto found = std::ranges::find_if(kNames, [&](const Name& known) {
    return known.comparison == named.comparison && known.is_negated == named.is_negated;
  });
  if (found != kNames.end()) name += found->text;
  return named.if_exists ? name + "IfExists" : name;
}

}  // namespace coffer::policy
