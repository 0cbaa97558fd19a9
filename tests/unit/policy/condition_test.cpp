#include "policy/condition.h"

#include "support/policy_cases.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::policy {
namespace {

using Texts = std::vector<std::string>;

constexpr std::string_view kKey = "aws:PrincipalTag/key";
constexpr std::string_view kListKey = "aws:TagKeys";

Condition Of(std::string_view name, std::string_view key, const Texts& values,
             TextTemplate::Variables variables = TextTemplate::Variables::kExpanded) {
  const auto comparison = ParseConditionOperator(name);
  EXPECT_TRUE(comparison.has_value()) << name;
  Condition condition(comparison.value_or(ConditionOperator{}), ContextKey(key));
  for (const std::string& value : values) condition.AddValue(value, variables);
  return condition;
}

/// Asked of a request that has `given` for the key, or lacks it.
bool Holds(std::string_view name, const Texts& values, const std::optional<std::string>& given) {
  test::TableContext context;
  if (given) context.Set(kKey, *given);
  return Of(name, kKey, values).Holds(context);
}

bool HoldsForList(std::string_view name, const Texts& values, const Texts& given) {
  test::TableContext context;
  context.Set(kListKey, given);
  return Of(name, kListKey, values).Holds(context);
}

constexpr const char* kUser = "arn:aws:iam::111122223333:user/alice";

struct Compared {
  const char* positive;
  const char* negated;  ///< Null where there is none.
  Texts values;
  std::string given;
  bool fits;
};

const std::vector<Compared>& Comparisons() {
  static const std::vector<Compared> kRows{
      {"StringEquals", "StringNotEquals", {"a"}, "a", true},
      {"StringEquals", "StringNotEquals", {"a"}, "A", false},
      {"StringEquals", "StringNotEquals", {"a*"}, "ab", false},
      {"StringEquals", "StringNotEquals", {"a*"}, "a*", true},
      {"StringEquals", "StringNotEquals", {"a", "b"}, "b", true},
      {"StringEquals", "StringNotEquals", {"a", "b"}, "c", false},
      {"StringEquals", "StringNotEquals", {""}, "", true},
      {"StringEquals", "StringNotEquals", {}, "a", false},
      {"StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", {"aB-1"}, "Ab-1", true},
      {"StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", {"a"}, "ab", false},
      {"StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", {"a*"}, "ab", false},
      {"StringLike", "StringNotLike", {"a*"}, "ab", true},
      {"StringLike", "StringNotLike", {"a*"}, "Ab", false},
      {"StringLike", "StringNotLike", {"x", "?b"}, "ab", true},
      {"StringLike", "StringNotLike", {"a${*}"}, "ab", false},
      {"StringLike", "StringNotLike", {"a${*}"}, "a*", true},
      {"NumericEquals", "NumericNotEquals", {"7"}, "7.0", true},
      {"NumericEquals", "NumericNotEquals", {"7"}, "8", false},
      {"NumericEquals", "NumericNotEquals", {"7"}, "seven", false},
      {"NumericEquals", "NumericNotEquals", {"seven"}, "seven", false},
      {"NumericLessThan", nullptr, {"7"}, "6.9", true},
      {"NumericLessThan", nullptr, {"7"}, "7", false},
      {"NumericLessThan", nullptr, {"10"}, "9", true},
      {"NumericLessThan", nullptr, {"7"}, "x", false},
      {"NumericLessThanEquals", nullptr, {"7"}, "7", true},
      {"NumericLessThanEquals", nullptr, {"7"}, "7.01", false},
      {"NumericGreaterThan", nullptr, {"-7"}, "-6", true},
      {"NumericGreaterThan", nullptr, {"7"}, "7", false},
      {"NumericGreaterThan", nullptr, {"9", "5"}, "6", true},
      {"NumericGreaterThanEquals", nullptr, {"7"}, "7", true},
      {"NumericGreaterThanEquals", nullptr, {"7"}, "6", false},
      {"DateEquals", "DateNotEquals", {"2026-01-15T12:00:00Z"}, "1768478400", true},
      {"DateEquals", "DateNotEquals", {"2026-01-15"}, "2026-01-15T00:00:00Z", true},
      {"DateEquals", "DateNotEquals", {"2026-01-15"}, "2026-01-15T12:00:00Z", false},
      {"DateEquals", "DateNotEquals", {"2026-01-15"}, "today", false},
      {"DateLessThan", nullptr, {"2026-01-15"}, "2026-01-14T23:59:59Z", true},
      {"DateLessThan", nullptr, {"2026-01-15"}, "2026-01-15T00:00:00Z", false},
      {"DateLessThanEquals", nullptr, {"2026-01-15"}, "2026-01-15T00:00:00Z", true},
      {"DateLessThanEquals", nullptr, {"2026-01-15"}, "2026-01-15T00:00:01Z", false},
      {"DateGreaterThan", nullptr, {"2026-01-15T12:00:00+02:00"}, "2026-01-15T10:00:01Z", true},
      {"DateGreaterThan", nullptr, {"2026"}, "2026-01-01T00:00:00Z", false},
      {"DateGreaterThanEquals", nullptr, {"2026"}, "2026-01-01T00:00:00Z", true},
      {"DateGreaterThanEquals", nullptr, {"2026"}, "2025-12-31T23:59:59Z", false},
      {"Bool", nullptr, {"true"}, "True", true},
      {"Bool", nullptr, {"true"}, "false", false},
      {"Bool", nullptr, {"yes"}, "yes", false},
      {"Bool", nullptr, {"true", "false"}, "false", true},
      {"BinaryEquals", nullptr, {"AAE="}, "AAE=", true},
      {"BinaryEquals", nullptr, {"AAE="}, "AAI=", false},
      {"BinaryEquals", nullptr, {"x"}, "x", false},
      {"IpAddress", "NotIpAddress", {"203.0.113.0/24"}, "203.0.113.10", true},
      {"IpAddress", "NotIpAddress", {"203.0.113.0/24"}, "::ffff:203.0.113.10", true},
      {"IpAddress", "NotIpAddress", {"203.0.113.0/24"}, "203.0.114.10", false},
      {"IpAddress", "NotIpAddress", {"203.0.113.0/24"}, "2001:db8::1", false},
      {"IpAddress", "NotIpAddress", {"203.0.113.0/24"}, "unknown", false},
      {"IpAddress", "NotIpAddress", {"10.0.0.0/8", "2001:db8::/32"}, "2001:db8::1", true},
      {"ArnLike", "ArnNotLike", {"arn:aws:iam::*:user/a*"}, kUser, true},
      {"ArnLike", "ArnNotLike", {"arn:aws:iam:*:user/alice"}, kUser, false},
      {"ArnLike", "ArnNotLike", {"*"}, kUser, false},
      {"ArnLike", "ArnNotLike", {"arn:*:*:*:*:*"}, "alice", false},
      {"ArnEquals", "ArnNotEquals", {"arn:aws:iam::*:user/?????"}, kUser, true},
      {"ArnEquals", "ArnNotEquals", {"arn:aws:iam::*:user/Alice"}, kUser, false},
  };
  return kRows;
}

TEST(ConditionTest, PositiveOperatorsHoldWhenAnyValueFits) {
  for (const Compared& row : Comparisons()) {
    EXPECT_EQ(Holds(row.positive, row.values, row.given), row.fits)
        << row.positive << " " << testing::PrintToString(row.values) << " " << row.given;
  }
}

TEST(ConditionTest, NegatedOperatorsHoldWhenNoValueFits) {
  for (const Compared& row : Comparisons()) {
    if (row.negated == nullptr) continue;
    EXPECT_EQ(Holds(row.negated, row.values, row.given), !row.fits)
        << row.negated << " " << testing::PrintToString(row.values) << " " << row.given;
  }
}

TEST(ConditionTest, IfExistsChangesNothingWhenTheKeyIsThere) {
  for (const Compared& row : Comparisons()) {
    EXPECT_EQ(Holds(std::string(row.positive) + "IfExists", row.values, row.given), row.fits);
  }
}

TEST(ConditionTest, OneValueIsASetOfOne) {
  for (const Compared& row : Comparisons()) {
    if (row.given.empty()) continue;
    EXPECT_EQ(Holds(std::string("ForAllValues:") + row.positive, row.values, row.given), row.fits);
    EXPECT_EQ(Holds(std::string("ForAnyValue:") + row.positive, row.values, row.given), row.fits);
  }
}

TEST(ConditionTest, WhatAnAbsentKeyMeansDependsOnTheOperator) {
  struct Row {
    const char* name;
    bool holds;
  };
  for (const Row& row : std::vector<Row>{{"StringEquals", false},
                                         {"StringNotEquals", true},
                                         {"StringEqualsIfExists", true},
                                         {"StringNotEqualsIfExists", true},
                                         {"ForAllValues:StringEquals", true},
                                         {"ForAllValues:StringNotEquals", true},
                                         {"ForAllValues:StringEqualsIfExists", true},
                                         {"ForAnyValue:StringEquals", false},
                                         {"ForAnyValue:StringNotEquals", false},
                                         {"ForAnyValue:StringEqualsIfExists", true},
                                         {"ForAnyValue:StringNotEqualsIfExists", true},
                                         {"NumericLessThan", false},
                                         {"NumericNotEquals", true},
                                         {"DateNotEquals", true},
                                         {"NotIpAddress", true},
                                         {"ArnNotLike", true},
                                         {"Bool", false},
                                         {"BinaryEquals", false}}) {
    EXPECT_EQ(Holds(row.name, {"1"}, std::nullopt), row.holds) << row.name;
  }
}

TEST(ConditionTest, SetOperatorsAskEachOrAnyValueOfTheRequest) {
  struct Row {
    const char* name;
    Texts values;
    Texts given;
    bool holds;
  };
  for (const Row& row : std::vector<Row>{
           {"ForAllValues:StringEquals", {"a", "b"}, {"a", "b"}, true},
           {"ForAllValues:StringEquals", {"a", "b"}, {"b"}, true},
           {"ForAllValues:StringEquals", {"a", "b"}, {"a", "c"}, false},
           {"ForAllValues:StringNotEquals", {"a", "b"}, {"c", "d"}, true},
           {"ForAllValues:StringNotEquals", {"a", "b"}, {"c", "b"}, false},
           {"ForAnyValue:StringEquals", {"a", "b"}, {"c", "b"}, true},
           {"ForAnyValue:StringEquals", {"a", "b"}, {"c"}, false},
           {"ForAnyValue:StringNotEquals", {"a", "b"}, {"a", "c"}, true},
           {"ForAnyValue:StringNotEquals", {"a", "b"}, {"a", "b"}, false},
           {"ForAllValues:StringLike", {"a*"}, {"a1", "a2"}, true},
           {"ForAnyValue:NumericGreaterThan", {"5"}, {"4", "x", "6"}, true},
           {"ForAllValues:NumericGreaterThan", {"5"}, {"6", "x"}, false},
           // Without one, a key with several values fits nothing, not even when it has one.
           {"StringEquals", {"a"}, {"a"}, false},
           {"StringNotEquals", {"b"}, {"a"}, false},
           {"StringEqualsIfExists", {"a"}, {"a"}, false},
           // The empty set; a list of empty strings is one.
           {"ForAllValues:StringEquals", {"a"}, {}, true},
           {"ForAllValues:StringEquals", {"a"}, {""}, true},
           {"ForAllValues:StringNotEquals", {"a"}, {}, true},
           {"ForAllValues:StringEquals", {"a"}, {"", "b"}, false},
           {"ForAnyValue:StringEquals", {"a"}, {}, false},
           {"ForAnyValue:StringEquals", {""}, {""}, false},
           {"ForAnyValue:StringNotEquals", {"a"}, {}, false},
           {"ForAnyValue:StringNotEquals", {"a"}, {"", ""}, false},
       }) {
    EXPECT_EQ(HoldsForList(row.name, row.values, row.given), row.holds)
        << row.name << " " << testing::PrintToString(row.values) << " "
        << testing::PrintToString(row.given);
  }
}

TEST(ConditionTest, NullAsksWhetherTheKeyIsAbsent) {
  for (const char* name : {"Null", "ForAllValues:Null", "ForAnyValue:Null"}) {
    EXPECT_TRUE(Holds(name, {"true"}, std::nullopt));
    EXPECT_FALSE(Holds(name, {"false"}, std::nullopt));
    EXPECT_FALSE(Holds(name, {"TRUE"}, "x"));
    EXPECT_TRUE(Holds(name, {"False"}, "x"));
    EXPECT_TRUE(HoldsForList(name, {"false"}, {"x"}));
    EXPECT_TRUE(HoldsForList(name, {"true"}, {}));
  }
  // A tag without a value is a tag.
  EXPECT_TRUE(Holds("Null", {"false"}, ""));
  EXPECT_TRUE(Holds("Null", {"true", "false"}, "x"));
  EXPECT_FALSE(Holds("Null", {"maybe"}, "x"));
  EXPECT_FALSE(Holds("Null", {"maybe"}, std::nullopt));
}

struct Variable {
  const char* name;
  std::string value;
  std::string given;
  bool holds;
};

// The request has aws:username alice, aws:SecureTransport true, the tag star `*`, and no other.
void ExpectVariables(const std::vector<Variable>& rows, TextTemplate::Variables variables) {
  for (const Variable& row : rows) {
    test::TableContext context;
    context.Set("aws:username", "alice");
    context.Set("aws:SecureTransport", "true");
    context.Set("aws:PrincipalTag/star", "*");
    context.Set(kKey, row.given);
    EXPECT_EQ(Of(row.name, kKey, {row.value}, variables).Holds(context), row.holds)
        << row.name << " " << row.value << " " << row.given;
  }
}

TEST(ConditionTest, TextsMayHaveVariables) {
  ExpectVariables(
      {
          {"StringEquals", "${aws:username}", "alice", true},
          {"StringNotEquals", "${aws:username}", "alice", false},
          {"StringEqualsIgnoreCase", "${aws:username}!", "ALICE!", true},
          {"StringLike", "${aws:username}/*", "alice/x", true},
          {"StringLike", "${aws:PrincipalTag/star}", "alice", false},
          {"StringLike", "${aws:PrincipalTag/star}", "*", true},
          {"StringNotLike", "${aws:PrincipalTag/star}", "alice", true},
          {"ArnLike", "arn:aws:iam::*:user/${aws:username}", kUser, true},
          {"ArnNotEquals", "arn:aws:iam::*:user/${aws:username}", kUser, false},
          {"Bool", "${aws:SecureTransport}", "true", true},
          {"Bool", "${aws:SecureTransport}", "false", false},
          // No value: nothing is equal or alike.
          {"StringEquals", "${aws:PrincipalTag/none}", "alice", false},
          {"StringNotEquals", "${aws:PrincipalTag/none}", "alice", true},
          {"StringLike", "${aws:PrincipalTag/none}*", "alice", false},
          {"ArnNotLike", "arn:aws:iam::*:user/${aws:PrincipalTag/none}", kUser, true},
          {"StringEquals", "${aws:PrincipalTag/none, 'alice'}", "alice", true},
          {"StringEqualsIfExists", "${aws:PrincipalTag/none}", "alice", false},
      },
      TextTemplate::Variables::kExpanded);
}

TEST(ConditionTest, OtherTypesHaveNoVariables) {
  ExpectVariables({{"NumericNotEquals", "${aws:username}", "7", true},
                   {"DateLessThan", "${aws:CurrentTime}", "1970", false},
                   {"IpAddress", "${aws:SourceIp}", "10.0.0.1", false},
                   {"BinaryEquals", "${aws:username}", "alice", false},
                   {"Null", "${aws:SecureTransport}", "x", false},
                   {"Null", "${aws:PrincipalTag/none, 'false'}", "x", false}},
                  TextTemplate::Variables::kExpanded);
}

TEST(ConditionTest, OlderVersionsHaveNoVariables) {
  ExpectVariables({{"StringEquals", "${aws:username}", "alice", false},
                   {"StringEquals", "${aws:username}", "${aws:username}", true},
                   {"StringLike", "${*}", "${x}", true},
                   {"Bool", "${aws:SecureTransport}", "true", false}},
                  TextTemplate::Variables::kLiteral);
}

TEST(ConditionTest, KeysAreNamedInAnyLetterCase) {
  test::TableContext context;
  context.Set("aws:PrincipalTag/Team", "blue");

  EXPECT_TRUE(Of("StringEquals", "AWS:principalTAG/tEAM", {"blue"}).Holds(context));
  EXPECT_FALSE(Of("StringEquals", "aws:PrincipalTag/Teams", {"blue"}).Holds(context));
}

}  // namespace
}  // namespace coffer::policy
