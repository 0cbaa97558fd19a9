#include "policy/condition_operator.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::policy {

void PrintTo(const ConditionOperator& shown, std::ostream* out) {
  *out << static_cast<int>(shown.comparison) << (shown.is_negated ? " not" : "")
       << (shown.if_exists ? " if exists" : "") << " " << static_cast<int>(shown.qualifier);
}

namespace {

struct Named {
  std::string_view name;
  Comparison comparison;
  bool is_negated;
};

// AWS: IAM JSON policy elements: condition operators.
const std::vector<Named>& Documented() {
  static const std::vector<Named> kOperators{
      {"StringEquals", Comparison::kStringEquals, false},
      {"StringNotEquals", Comparison::kStringEquals, true},
      {"StringEqualsIgnoreCase", Comparison::kStringEqualsIgnoreCase, false},
      {"StringNotEqualsIgnoreCase", Comparison::kStringEqualsIgnoreCase, true},
      {"StringLike", Comparison::kStringLike, false},
      {"StringNotLike", Comparison::kStringLike, true},
      {"NumericEquals", Comparison::kNumericEquals, false},
      {"NumericNotEquals", Comparison::kNumericEquals, true},
      {"NumericLessThan", Comparison::kNumericLessThan, false},
      {"NumericLessThanEquals", Comparison::kNumericLessThanEquals, false},
      {"NumericGreaterThan", Comparison::kNumericGreaterThan, false},
      {"NumericGreaterThanEquals", Comparison::kNumericGreaterThanEquals, false},
      {"DateEquals", Comparison::kDateEquals, false},
      {"DateNotEquals", Comparison::kDateEquals, true},
      {"DateLessThan", Comparison::kDateLessThan, false},
      {"DateLessThanEquals", Comparison::kDateLessThanEquals, false},
      {"DateGreaterThan", Comparison::kDateGreaterThan, false},
      {"DateGreaterThanEquals", Comparison::kDateGreaterThanEquals, false},
      {"Bool", Comparison::kBool, false},
      {"BinaryEquals", Comparison::kBinaryEquals, false},
      {"IpAddress", Comparison::kIpAddress, false},
      {"NotIpAddress", Comparison::kIpAddress, true},
      {"ArnEquals", Comparison::kArnLike, false},
      {"ArnNotEquals", Comparison::kArnLike, true},
      {"ArnLike", Comparison::kArnLike, false},
      {"ArnNotLike", Comparison::kArnLike, true},
  };
  return kOperators;
}

TEST(ConditionOperatorTest, EveryOneHasAllItsForms) {
  using enum SetQualifier;
  for (const auto& [name, comparison, is_negated] : Documented()) {
    const std::string plain(name);
    EXPECT_EQ(ParseConditionOperator(plain),
              (ConditionOperator{comparison, kNone, is_negated, false}));
    EXPECT_EQ(ParseConditionOperator(plain + "IfExists"),
              (ConditionOperator{comparison, kNone, is_negated, true}));
    EXPECT_EQ(ParseConditionOperator("ForAllValues:" + plain),
              (ConditionOperator{comparison, kForAllValues, is_negated, false}));
    EXPECT_EQ(ParseConditionOperator("ForAnyValue:" + plain + "IfExists"),
              (ConditionOperator{comparison, kForAnyValue, is_negated, true}));
  }
}

TEST(ConditionOperatorTest, LetterCaseDoesNotMatter) {
  EXPECT_EQ(ParseConditionOperator("forANYvalue:stringNOTlikeifexists"),
            ParseConditionOperator("ForAnyValue:StringNotLikeIfExists"));
}

TEST(ConditionOperatorTest, NullHasNoIfExists) {
  EXPECT_EQ(ParseConditionOperator("Null"), ConditionOperator{Comparison::kNull});
  EXPECT_EQ(ParseConditionOperator("ForAnyValue:Null"),
            (ConditionOperator{Comparison::kNull, SetQualifier::kForAnyValue}));
  EXPECT_FALSE(ParseConditionOperator("NullIfExists").has_value());
}

TEST(ConditionOperatorTest, OthersAreNone) {
  for (const std::string_view name :
       {"", "IfExists", "ForAllValues:", "String", "StringEqual", "StringEqualsIfExist",
        "NotStringEquals", "NumericNotLessThan", "BoolNot", "BinaryNotEquals", "NotNull",
        "ForAllValuesStringEquals", "ForAllValues:ForAnyValue:StringEquals", "ForAll:StringEquals",
        "StringEqualsIfExistsIfExists", " StringEquals", "StringEquals ", "DateLike"}) {
    EXPECT_FALSE(ParseConditionOperator(name).has_value()) << name;
  }
}

}  // namespace
}  // namespace coffer::policy
