#include "secrets/tags.h"

#include "support/matchers.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::secrets {

void PrintTo(const Tag& tag, std::ostream* out) { *out << tag.key << "=" << tag.value; }

namespace {

using test::FailsWithCode;
using test::IsOk;
using Tags = std::vector<Tag>;
using Keys = std::vector<std::string>;

TEST(TagsTest, AddingKeepsTheOrderAndReplacesInPlace) {
  struct Case {
    std::string name;
    std::optional<Tags> before;
    Tags added;
    Tags after;
  };
  const std::vector<Case> cases = {
      {"to an untagged secret", std::nullopt, {{"b", "1"}, {"a", "2"}}, {{"b", "1"}, {"a", "2"}}},
      {"behind the known ones", Tags{{"b", "1"}}, {{"a", "2"}}, {{"b", "1"}, {"a", "2"}}},
      {"a known key keeps its place",
       Tags{{"a", "1"}, {"b", "2"}},
       {{"c", "3"}, {"a", "4"}},
       {{"a", "4"}, {"b", "2"}, {"c", "3"}}},
      {"keys differ by case", Tags{{"a", "1"}}, {{"A", "2"}}, {{"a", "1"}, {"A", "2"}}},
      {"an empty value is a value", Tags{{"a", "1"}}, {{"a", ""}}, {{"a", ""}}},
      {"nothing added is still tagged", std::nullopt, {}, {}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto after = WithTags(c.before, c.added);
    ASSERT_THAT(after, IsOk());
    EXPECT_EQ(*after, c.after);
  }
}

TEST(TagsTest, RepeatedAndReservedKeysAreRefused) {
  EXPECT_THAT(WithTags(std::nullopt, Tags{{"a", "1"}, {"b", "2"}, {"a", "3"}}),
              FailsWithCode(ErrorCode::kInvalidParameter));
  EXPECT_THAT(WithTags(std::nullopt, Tags{{"aws:mine", "1"}}),
              FailsWithCode(ErrorCode::kInvalidParameter));
  EXPECT_THAT(WithTags(std::nullopt, Tags{{"aws-mine", "1"}, {"my:aws:", "2"}}), IsOk());
}

TEST(TagsTest, FiftyTagsFit) {
  Tags fifty;
  for (int i = 0; i < 50; ++i) fifty.push_back({"key" + std::to_string(i), "value"});

  ASSERT_THAT(WithTags(std::nullopt, fifty), IsOk());
  EXPECT_THAT(WithTags(fifty, Tags{{"key7", "other"}}), IsOk());
  EXPECT_THAT(WithTags(fifty, Tags{{"one more", ""}}), FailsWithCode(ErrorCode::kLimitExceeded));
}

TEST(TagsTest, RemovingIgnoresUnknownKeysAndLeavesAnEmptyList) {
  struct Case {
    std::string name;
    std::optional<Tags> before;
    Keys keys;
    std::optional<Tags> after;
  };
  const std::vector<Case> cases = {
      {"one of two", Tags{{"a", "1"}, {"b", "2"}}, {"a", "unknown"}, Tags{{"b", "2"}}},
      {"the last one", Tags{{"a", "1"}}, {"a"}, Tags{}},
      {"another case", Tags{{"a", "1"}}, {"A"}, Tags{{"a", "1"}}},
      {"of a secret never tagged", std::nullopt, {"a"}, std::nullopt},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(WithoutTags(c.before, c.keys), c.after);
  }
}

}  // namespace
}  // namespace coffer::secrets
