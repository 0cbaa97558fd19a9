#include "secrets/staging_labels.h"

#include "support/matchers.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::secrets {
namespace {

using test::FailsWith;
using test::FailsWithCode;
using test::IsOk;
using Labels = std::vector<std::string>;
using Text = std::optional<std::string>;

// Tables want a type that converts to std::string.
constexpr const char* kCurrentLabel = "AWSCURRENT";
constexpr const char* kPreviousLabel = "AWSPREVIOUS";
constexpr const char* kPendingLabel = "AWSPENDING";

/// One call of a trace: a put when it names a new version, otherwise a move of a label.
struct Step {
  std::string put;
  std::optional<Labels> requested;
  std::string label;
  Text to;
  Text from;
  StagingLabels::Map after;
};

Step Put(std::string version, StagingLabels::Map after) {
  return {.put = std::move(version),
          .requested = {},
          .label = {},
          .to = {},
          .from = {},
          .after = std::move(after)};
}
Step Put(std::string version, Labels requested, StagingLabels::Map after) {
  return {.put = std::move(version),
          .requested = std::move(requested),
          .label = {},
          .to = {},
          .from = {},
          .after = std::move(after)};
}
Step Move(std::string label, Text from, Text to, StagingLabels::Map after) {
  return {.put = {},
          .requested = {},
          .label = std::move(label),
          .to = std::move(to),
          .from = std::move(from),
          .after = std::move(after)};
}

struct Trace {
  std::string name;
  std::vector<Step> steps;
};

StagingLabels::Map Holders(const std::string& current, const std::string& previous = {},
                           StagingLabels::Map others = {}) {
  others.emplace(kCurrent, current);
  if (!previous.empty()) others.emplace(kPrevious, previous);
  return others;
}

/// The traces that were recorded from AWS.
std::vector<Trace> RecordedTraces() {
  constexpr const char* current = kCurrentLabel;
  constexpr const char* pending = kPendingLabel;
  return {
      {"A default puts",
       {Put("v1", Holders("v1")), Put("v2", Holders("v2", "v1")), Put("v3", Holders("v3", "v2")),
        Put("v4", Holders("v4", "v3"))}},
      {"B UpdateSecret with values",
       {Put("v1", Holders("v1")), Put("v2", Holders("v2", "v1")), Put("v3", Holders("v3", "v2"))}},
      {"C pending promoted, then a put",
       {Put("v1", Holders("v1")), Put("v2", {pending}, Holders("v1", "", {{pending, "v2"}})),
        Move(current, "v1", "v2", Holders("v2", "v1", {{pending, "v2"}})),
        Put("v3", Holders("v3", "v2"))}},
      {"D pending cycle",
       {Put("v1", Holders("v1")), Put("v2", {pending}, Holders("v1", "", {{pending, "v2"}})),
        Move(current, "v1", "v2", Holders("v2", "v1", {{pending, "v2"}})),
        Put("v3", {pending}, Holders("v2", "v1", {{pending, "v3"}})),
        Move(current, "v2", "v3", Holders("v3", "v2", {{pending, "v3"}}))}},
      {"E custom labels stay",
       {Put("v1", Holders("v1")),
        Put("v2", {"AWSSOMETHING", pending, "PUT1"},
            Holders("v1", "", {{"AWSSOMETHING", "v2"}, {pending, "v2"}, {"PUT1", "v2"}})),
        Move(current, "v1", "v2",
             Holders("v2", "v1", {{"AWSSOMETHING", "v2"}, {pending, "v2"}, {"PUT1", "v2"}})),
        Put("v3", {pending, "PUT2"},
            Holders("v2", "v1",
                    {{"AWSSOMETHING", "v2"}, {pending, "v3"}, {"PUT1", "v2"}, {"PUT2", "v3"}})),
        Move(current, "v2", "v3",
             Holders("v3", "v2",
                     {{"AWSSOMETHING", "v2"}, {pending, "v3"}, {"PUT1", "v2"}, {"PUT2", "v3"}}))}},
      {"F a custom label outlives AWSPREVIOUS",
       {Put("v1", Holders("v1")),
        Put("v2", {current, "PUT0"}, Holders("v2", "v1", {{"PUT0", "v2"}})),
        Put("v3", {pending, "PUT1"},
            Holders("v2", "v1", {{"PUT0", "v2"}, {pending, "v3"}, {"PUT1", "v3"}})),
        Move(current, "v2", "v3",
             Holders("v3", "v2", {{"PUT0", "v2"}, {pending, "v3"}, {"PUT1", "v3"}})),
        Put("v4", {pending, "PUT2"},
            Holders("v3", "v2", {{"PUT0", "v2"}, {"PUT1", "v3"}, {pending, "v4"}, {"PUT2", "v4"}})),
        Move(current, "v3", "v4",
             Holders("v4", "v3",
                     {{"PUT0", "v2"}, {"PUT1", "v3"}, {pending, "v4"}, {"PUT2", "v4"}}))}},
      {"G a label is removed",
       {Put("v1", Holders("v1")), Put("v2", {"PENDING"}, Holders("v1", "", {{"PENDING", "v2"}})),
        Move(current, "v1", "v2", Holders("v2", "v1", {{"PENDING", "v2"}})),
        Move("PENDING", "v2", std::nullopt, Holders("v2", "v1"))}},
      {"H labels are taken over",
       {Put("v1", Holders("v1")),
        Put("v2", {"one", "two", "three"},
            Holders("v1", "", {{"one", "v2"}, {"two", "v2"}, {"three", "v2"}})),
        Put("v3", {"one", "two", "three", "four"},
            Holders("v1", "", {{"one", "v3"}, {"two", "v3"}, {"three", "v3"}, {"four", "v3"}}))}},
      {"I some labels are taken over",
       {Put("v1", Holders("v1")),
        Put("v2", {"one", "two", "three"},
            Holders("v1", "", {{"one", "v2"}, {"two", "v2"}, {"three", "v2"}})),
        Put("v3", {"one", "two", "four"},
            Holders("v1", "", {{"one", "v3"}, {"two", "v3"}, {"three", "v2"}, {"four", "v3"}}))}},
      {"J first put into a secret without a value", {Put("v1", Holders("v1"))}},
      {"K rotation",
       {Put("v1", Holders("v1")), Put("t", {pending}, Holders("v1", "", {{pending, "t"}})),
        Move(current, "v1", "t", Holders("t", "v1", {{pending, "t"}})),
        Put("u", {pending}, Holders("t", "v1", {{pending, "u"}})),
        Move(current, "t", "u", Holders("u", "t", {{pending, "u"}}))}},
  };
}

TEST(StagingLabelsTest, FollowsTheTracesRecordedFromAws) {
  for (const Trace& trace : RecordedTraces()) {
    StagingLabels labels;
    for (std::size_t i = 0; i < trace.steps.size(); ++i) {
      SCOPED_TRACE(trace.name + ", step " + std::to_string(i + 1));
      const Step& step = trace.steps[i];

      const auto after = step.put.empty()
                             ? AfterMove(labels, step.label, step.to, step.from)
                             : AfterPut(labels, step.put, step.requested, labels.empty());

      ASSERT_THAT(after, IsOk());
      EXPECT_EQ(after->holders(), step.after);
      labels = *after;
    }
  }
}

TEST(StagingLabelsTest, AfterPutHandlesTheUnrecordedCases) {
  struct Case {
    std::string name;
    StagingLabels::Map before;
    std::optional<Labels> requested;
    bool is_first_version;
    StagingLabels::Map after;
  };
  const std::vector<Case> cases = {
      {"the first version gets AWSCURRENT beside the requested label",
       {},
       Labels{kPendingLabel},
       true,
       {{kCurrentLabel, "new"}, {kPendingLabel, "new"}}},
      {"a put that moves AWSCURRENT abandons a rotation pending elsewhere",
       {{kCurrentLabel, "a"}, {kPendingLabel, "b"}},
       std::nullopt,
       false,
       {{kCurrentLabel, "new"}, {kPreviousLabel, "a"}}},
      {"AWSPENDING moves along when it is requested",
       {{kCurrentLabel, "a"}, {kPendingLabel, "b"}},
       Labels{kCurrentLabel, kPendingLabel},
       false,
       {{kCurrentLabel, "new"}, {kPreviousLabel, "a"}, {kPendingLabel, "new"}}},
      {"filling the pending version does not abandon its own rotation",
       {{kCurrentLabel, "a"}, {kPendingLabel, "new"}},
       std::nullopt,
       false,
       {{kCurrentLabel, "new"}, {kPreviousLabel, "a"}, {kPendingLabel, "new"}}},
      {"a put without AWSCURRENT leaves AWSPENDING alone",
       {{kCurrentLabel, "a"}, {kPendingLabel, "b"}},
       Labels{"custom"},
       false,
       {{kCurrentLabel, "a"}, {kPendingLabel, "b"}, {"custom", "new"}}},
      {"custom labels survive on the former current version",
       {{kCurrentLabel, "a"}, {"custom", "a"}},
       std::nullopt,
       false,
       {{kCurrentLabel, "new"}, {kPreviousLabel, "a"}, {"custom", "a"}}},
      {"AWSPREVIOUS belongs to the former holder even when requested",
       {{kCurrentLabel, "a"}, {kPreviousLabel, "b"}},
       Labels{kCurrentLabel, kPreviousLabel},
       false,
       {{kCurrentLabel, "new"}, {kPreviousLabel, "a"}}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto after = AfterPut(StagingLabels(c.before), "new", c.requested, c.is_first_version);
    ASSERT_THAT(after, IsOk());
    EXPECT_EQ(after->holders(), c.after);
  }
}

/// Versions a (AWSCURRENT), b (AWSPREVIOUS), c (AWSPENDING, custom).
StagingLabels Sample() {
  return StagingLabels(
      {{kCurrentLabel, "a"}, {kPreviousLabel, "b"}, {kPendingLabel, "c"}, {"custom", "c"}});
}

TEST(StagingLabelsTest, AfterMoveMovesAndRemoves) {
  struct Case {
    std::string name;
    std::string label;
    Text to;
    Text from;
    StagingLabels::Map after;
  };
  const std::vector<Case> cases = {
      {"a label that is nowhere is attached",
       "new",
       "a",
       std::nullopt,
       {{kCurrentLabel, "a"},
        {kPreviousLabel, "b"},
        {kPendingLabel, "c"},
        {"custom", "c"},
        {"new", "a"}}},
      {"moving a label to its holder changes nothing", "custom", "c", std::nullopt,
       Sample().holders()},
      {"moving AWSCURRENT to its holder changes nothing", kCurrentLabel, "a", std::nullopt,
       Sample().holders()},
      {"naming the holder on both sides changes nothing", kCurrentLabel, "a", "a",
       Sample().holders()},
      {"a label moves from its holder",
       "custom",
       "b",
       "c",
       {{kCurrentLabel, "a"}, {kPreviousLabel, "b"}, {kPendingLabel, "c"}, {"custom", "b"}}},
      {"AWSCURRENT leaves AWSPREVIOUS behind and AWSPENDING where it was",
       kCurrentLabel,
       "c",
       "a",
       {{kCurrentLabel, "c"}, {kPreviousLabel, "a"}, {kPendingLabel, "c"}, {"custom", "c"}}},
      {"rolling back swaps AWSCURRENT and AWSPREVIOUS",
       kCurrentLabel,
       "b",
       "a",
       {{kCurrentLabel, "b"}, {kPreviousLabel, "a"}, {kPendingLabel, "c"}, {"custom", "c"}}},
      {"a label is removed from its holder",
       kPendingLabel,
       std::nullopt,
       "c",
       {{kCurrentLabel, "a"}, {kPreviousLabel, "b"}, {"custom", "c"}}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto after = AfterMove(Sample(), c.label, c.to, c.from);
    ASSERT_THAT(after, IsOk());
    EXPECT_EQ(after->holders(), c.after);
  }
}

TEST(StagingLabelsTest, AfterMoveRefuses) {
  struct Case {
    std::string name;
    std::string label;
    Text to;
    Text from;
    std::string message;
  };
  const std::vector<Case> cases = {
      {"a move that does not name the holder", kCurrentLabel, "b", std::nullopt,
       "The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently "
       "attached to version a, so you must explicitly reference that version in "
       "RemoveFromVersionId."},
      {"the same for a custom label", "custom", "b", std::nullopt,
       "The parameter RemoveFromVersionId can't be empty. Staging label custom is currently "
       "attached to version c, so you must explicitly reference that version in "
       "RemoveFromVersionId."},
      {"a move that names another version", "custom", "a", "b",
       "When you move staging label custom, if you specify RemoveFromVersionId, it must be set to "
       "the version that currently has the staging label custom."},
      {"a move that names a version although the label is nowhere", "new", "a", "b",
       "When you move staging label new, if you specify RemoveFromVersionId, it must be set to the "
       "version that currently has the staging label new."},
      {"removal from another version", "custom", std::nullopt, "b",
       "Version stage custom not found in version b"},
      {"removal of a label that is nowhere", "new", std::nullopt, "b",
       "Version stage new not found in version b"},
      {"removal of AWSCURRENT", kCurrentLabel, std::nullopt, "a",
       "You can only move staging label AWSCURRENT to a different secret version. It can't be "
       "completely removed."},
      {"neither version", "custom", std::nullopt, std::nullopt,
       "You must provide MoveToVersionId, RemoveFromVersionId or both."},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_THAT(AfterMove(Sample(), c.label, c.to, c.from),
                FailsWith(ErrorCode::kInvalidParameter, c.message));
  }
}

TEST(StagingLabelsTest, AtMostTwentyLabelsAreAttached) {
  StagingLabels::Map nineteen{{kCurrentLabel, "a"}};
  for (int i = 0; i < 18; ++i) nineteen.emplace("label" + std::to_string(i), "a");
  const StagingLabels before(nineteen);

  EXPECT_THAT(AfterPut(before, "b", std::nullopt, false), IsOk());
  EXPECT_THAT(AfterPut(before, "b", Labels{kCurrentLabel, "new"}, false),
              FailsWithCode(ErrorCode::kLimitExceeded));
  EXPECT_THAT(AfterPut(before, "b", Labels{"label1", "label2"}, false), IsOk());

  const auto twenty = AfterMove(before, "new", "b", std::nullopt);
  ASSERT_THAT(twenty, IsOk());
  EXPECT_THAT(AfterMove(*twenty, "newer", "b", std::nullopt),
              FailsWithCode(ErrorCode::kLimitExceeded));
  EXPECT_THAT(AfterMove(*twenty, kCurrentLabel, "b", "a"),
              FailsWithCode(ErrorCode::kLimitExceeded));
  EXPECT_THAT(AfterMove(*twenty, "new", "a", "b"), IsOk());
}

TEST(StagingLabelsTest, AnswersWhoHoldsWhat) {
  const StagingLabels labels = Sample();

  EXPECT_EQ(labels.Holder(kCurrent), "a");
  EXPECT_EQ(labels.Holder("unknown"), std::nullopt);
  EXPECT_EQ(labels.Of("c"), (Labels{kPendingLabel, "custom"}));
  EXPECT_EQ(labels.Of("d"), Labels{});
  EXPECT_TRUE(labels.IsLabelled("b"));
  EXPECT_FALSE(labels.IsLabelled("d"));
  EXPECT_EQ(labels.ByVersion(), (std::map<std::string, Labels>{{"a", {kCurrentLabel}},
                                                               {"b", {kPreviousLabel}},
                                                               {"c", {kPendingLabel, "custom"}}}));
}

}  // namespace
}  // namespace coffer::secrets
