#include "policy/condition.h"

#include "base/ascii.h"
#include "policy/arn.h"

#include <algorithm>
#include <optional>

namespace coffer::policy {

namespace {

// -1, 0 or 1: `given` compared with the value of the policy.
template <class Number>
int Order(Number given, Number value) {
  return given < value ? -1 : (given > value ? 1 : 0);
}

bool FitsOrder(Comparison comparison, int order) {
  switch (comparison) {
    case Comparison::kNumericLessThan:
    case Comparison::kDateLessThan:
      return order < 0;
    case Comparison::kNumericLessThanEquals:
    case Comparison::kDateLessThanEquals:
      return order <= 0;
    case Comparison::kNumericGreaterThan:
    case Comparison::kDateGreaterThan:
      return order > 0;
    case Comparison::kNumericGreaterThanEquals:
    case Comparison::kDateGreaterThanEquals:
      return order >= 0;
    default:
      return order == 0;
  }
}

bool IsText(Comparison comparison) {
  switch (comparison) {
    case Comparison::kStringEquals:
    case Comparison::kStringEqualsIgnoreCase:
    case Comparison::kStringLike:
    case Comparison::kBool:
    case Comparison::kArnLike:
    case Comparison::kNull:
      return true;
    default:
      return false;
  }
}

bool IsEmpty(const std::vector<std::string>& values) {
  return std::ranges::all_of(values, &std::string::empty);
}

}  // namespace

void Condition::AddValue(std::string_view text, TextTemplate::Variables variables) {
  written_.emplace_back(text);
  const Comparison comparison = operator_.comparison;
  const auto add = [&](auto parsed) {
    parsed ? values_.emplace_back(*std::move(parsed)) : values_.emplace_back(Unreadable{});
  };
  if (IsText(comparison)) {
    const bool is_pattern =
        comparison == Comparison::kStringLike || comparison == Comparison::kArnLike;
    // Null takes no variables (AWS: condition operators).
    values_.emplace_back(TextTemplate(
        text, is_pattern ? Wildcards::kSpecial : Wildcards::kLiteral,
        comparison == Comparison::kNull ? TextTemplate::Variables::kLiteral : variables));
  } else if (comparison <= Comparison::kNumericGreaterThanEquals) {
    add(ParseNumber(text));
  } else if (comparison <= Comparison::kDateGreaterThanEquals) {
    add(ParseDate(text));
  } else if (comparison == Comparison::kBinaryEquals) {
    add(ParseBinary(text));
  } else {
    add(ParseAddressRange(text));
  }
}

bool Condition::Holds(const RequestContext& context) const {
  const ContextValue found = context.Find(key_);
  const auto* single = std::get_if<std::string>(&found);
  const auto* several = std::get_if<std::vector<std::string>>(&found);
  const bool is_present = single != nullptr || (several != nullptr && !several->empty());

  if (operator_.comparison == Comparison::kNull) {
    return FitsAny(is_present ? "false" : "true", context);
  }
  if (single == nullptr && several == nullptr) {
    switch (operator_.qualifier) {
      case SetQualifier::kNone:
        return operator_.if_exists || operator_.is_negated;
      case SetQualifier::kForAllValues:
        return true;
      case SetQualifier::kForAnyValue:
        return operator_.if_exists;
    }
  }
  if (operator_.qualifier == SetQualifier::kNone) {
    // A key with several values can only be asked with a set operator.
    return single != nullptr && FitsAny(*single, context) != operator_.is_negated;
  }
  return HoldsFor(single != nullptr ? std::vector{*single} : *several, context);
}

bool Condition::HoldsFor(const std::vector<std::string>& values,
                         const RequestContext& context) const {
  const bool is_for_all = operator_.qualifier == SetQualifier::kForAllValues;
  if (IsEmpty(values)) return is_for_all;
  const auto holds = [&](const std::string& given) {
    return FitsAny(given, context) != operator_.is_negated;
  };
  return is_for_all ? std::ranges::all_of(values, holds) : std::ranges::any_of(values, holds);
}

bool Condition::FitsAny(const std::string& given, const RequestContext& context) const {
  return std::ranges::any_of(values_,
                             [&](const Value& value) { return Fits(value, given, context); });
}

bool Condition::Fits(const Value& value, const std::string& given,
                     const RequestContext& context) const {
  if (const auto* text = std::get_if<TextTemplate>(&value)) {
    if (const std::string* fixed = text->fixed()) return FitsText(*fixed, given);
    const std::optional<std::string> expanded = text->Expand(context);
    return expanded && FitsText(*expanded, given);
  }
  if (const auto* number = std::get_if<long double>(&value)) {
    const auto parsed = ParseNumber(given);
    return parsed && FitsOrder(operator_.comparison, Order(*parsed, *number));
  }
  if (const auto* date = std::get_if<std::int64_t>(&value)) {
    const auto parsed = ParseDate(given);
    return parsed && FitsOrder(operator_.comparison, Order(*parsed, *date));
  }
  if (const auto* bytes = std::get_if<std::vector<std::byte>>(&value)) {
    return ParseBinary(given) == *bytes;
  }
  if (const auto* range = std::get_if<AddressRange>(&value)) {
    const auto parsed = ParseAddressRange(given);
    return parsed && range->Contains(*parsed);
  }
  return false;
}

bool Condition::FitsText(const std::string& pattern, const std::string& given) const {
  switch (operator_.comparison) {
    case Comparison::kStringLike:
      return Matches(pattern, given);
    case Comparison::kArnLike: {
      const auto arn = SplitArn(given);
      return arn && MatchesArn(pattern, *arn);
    }
    case Comparison::kStringEqualsIgnoreCase:
      return std::ranges::equal(pattern, given, {}, base::ToLower, base::ToLower);
    case Comparison::kBool:
    case Comparison::kNull: {
      const auto wanted = ParseBool(pattern);
      return wanted && wanted == ParseBool(given);
    }
    default:
      return pattern == given;
  }
}

}  // namespace coffer::policy
