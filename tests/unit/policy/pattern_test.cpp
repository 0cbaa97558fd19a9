#include "policy/pattern.h"

#include "support/policy_cases.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer::policy {
namespace {

bool Fits(std::string_view pattern, std::string_view text) {
  return Matches(PatternOf(pattern, Wildcards::kSpecial), text);
}

TEST(PatternTest, WildcardsStandForCharactersOfTheWholeText) {
  struct Row {
    std::string_view pattern;
    std::string_view text;
    bool fits;
  };
  for (const Row& row : std::vector<Row>{
           {"", "", true},
           {"", "a", false},
           {"a", "", false},
           {"abc", "abc", true},
           {"abc", "ABC", false},
           {"abc", "abcd", false},
           {"bc", "abc", false},
           {"*", "", true},
           {"*", "a/b:c d", true},
           {"**", "", true},
           {"a*", "a", true},
           {"a*", "ba", false},
           {"*a", "ba", true},
           {"*a", "ab", false},
           {"a*c", "ac", true},
           {"a*c", "abcabc", true},
           {"a*c", "abcab", false},
           {"a*b*c", "a-c-b-c", true},
           {"a*b*c", "a-c-b", false},
           {"*aab", "aaaab", true},
           {"*ab*ab", "ab", false},
           {"*ab*ab", "xabyab", true},
           {"?", "", false},
           {"?", "a", true},
           {"?", "ab", false},
           {"??", "ab", true},
           {"a?c", "abc", true},
           {"a?c", "ac", false},
           {"?*", "", false},
           {"?*", "a", true},
           {"*?", "abc", true},
           {"*?c", "c", false},
           {"*?c", "bc", true},
           // Nothing else is special.
           {"a.c", "abc", false},
           {"[ab]", "a", false},
           {"a\\*", "a\\b", true},
           {"a\\*", "a*", false},
           // One character, not one byte; a run ends between characters.
           {"a?c", "a\u00e9c", true},
           {"a??c", "a\u00e9c", false},
           {"?", "\U0001F511", true},
           {"*?", "\u00e9", true},
           {"\u00e9*", "\u00e9", true},
       }) {
    EXPECT_EQ(Fits(row.pattern, row.text), row.fits) << row.pattern << " on " << row.text;
  }
}

TEST(PatternTest, AStarOfAnExactTextIsAStar) {
  const std::string pattern = PatternOf("a*?", Wildcards::kLiteral);

  EXPECT_TRUE(Matches(pattern, "a*?"));
  EXPECT_FALSE(Matches(pattern, "abc"));
}

TEST(PatternTest, BytesThatAreNoUtf8AreCharactersOfTheirOwn) {
  EXPECT_TRUE(Fits("a?c",
                   "a\xC3"
                   "c"));
  EXPECT_TRUE(Fits("a?", "a\x80"));
  EXPECT_TRUE(Fits("*", "\xFF\xFE"));
  EXPECT_FALSE(Fits("a", "\xFF"));
}

TEST(PatternTest, ManyRunsTakeNoMoreThanTheProductOfTheLengths) {
  constexpr std::size_t kLongest = 2'048;
  std::string pattern;
  while (pattern.size() < kLongest) pattern += "*a";
  const std::string text(kLongest, 'a');

  // Where each run tries anew, this does not end.
  EXPECT_FALSE(Fits(pattern + "b", text));
}

test::TableContext Requester() {
  test::TableContext context;
  context.Set("aws:username", "alice");
  context.Set("aws:PrincipalTag/team", "blue");
  context.Set("aws:PrincipalTag/star", "*");
  context.Set("aws:PrincipalTag/nested", "${aws:username}");
  context.Set("aws:PrincipalTag/empty", "");
  context.Set("aws:TagKeys", std::vector<std::string>{"one"});
  context.Set("aws:UserAgent", "\xFF");
  context.Set("aws:Referer", "\xFE");
  return context;
}

/// The expanded text with `<run>` and `<one>` for wildcards; `-` when it does not resolve.
std::string Expanded(std::string_view text, TextTemplate::Variables variables) {
  const auto pattern = TextTemplate(text, Wildcards::kSpecial, variables).Expand(Requester());
  if (!pattern) return "-";
  std::string shown;
  for (const char c : *pattern) {
    if (c == kAnyRun) {
      shown += "<run>";
    } else if (c == kAnyOne) {
      shown += "<one>";
    } else {
      shown += c;
    }
  }
  return shown;
}

TEST(TextTemplateTest, VariablesAreReplacedByTheirValuesLiterally) {
  struct Row {
    std::string_view text;
    std::string_view expanded;
  };
  for (const Row& row : std::vector<Row>{
           {"plain", "plain"},
           {"a*b?", "a<run>b<one>"},
           {"${aws:username}", "alice"},
           {"${AWS:UserName}", "alice"},
           {"${ aws:username }", "alice"},
           {"x/${aws:username}/*", "x/alice/<run>"},
           {"${aws:username}${aws:PrincipalTag/TEAM}", "aliceblue"},
           {"*${aws:username}?${aws:PrincipalTag/team}", "<run>alice<one>blue"},
           // What a request says is no pattern and no policy.
           {"${aws:PrincipalTag/star}", "*"},
           {"${aws:PrincipalTag/nested}", "${aws:username}"},
           {"${aws:UserAgent}", "-"},
           {"${aws:Referer, 'd'}", "-"},
           // The characters themselves.
           {"${*}", "*"},
           {"a${?}b${$}c", "a?b$c"},
           {"${$}{aws:username}", "${aws:username}"},
           // Without a single value.
           {"${aws:PrincipalTag/none}", "-"},
           {"${aws:PrincipalTag/empty}", "-"},
           {"${aws:TagKeys}", "-"},
           {"${}", "-"},
           {"a${aws:username}${aws:PrincipalTag/none}", "-"},
           // Defaults.
           {"${aws:PrincipalTag/none, 'some'}", "some"},
           {"${aws:PrincipalTag/none,'some'}", "some"},
           {"${aws:PrincipalTag/none, ' a b '}", " a b "},
           {"${aws:PrincipalTag/none, ''}", ""},
           {"${aws:PrincipalTag/none, '*'}", "*"},
           {"${aws:PrincipalTag/empty, 'some'}", "some"},
           {"${aws:TagKeys, 'some'}", "some"},
           {"${aws:username, 'some'}", "alice"},
           {"${aws:PrincipalTag/none, some}", "-"},
           {"${aws:PrincipalTag/none, 'some}", "-"},
           {"${aws:PrincipalTag/none, }", "-"},
           // Not a variable.
           {"$", "$"},
           {"$aws:username", "$aws:username"},
           {"${aws:username", "${aws:username"},
           {"$ {aws:username}", "$ {aws:username}"},
           {"}${", "}${"},
       }) {
    EXPECT_EQ(Expanded(row.text, TextTemplate::Variables::kExpanded), row.expanded) << row.text;
  }
}

TEST(TextTemplateTest, OlderVersionsHaveNoVariables) {
  EXPECT_EQ(Expanded("${aws:username}", TextTemplate::Variables::kLiteral), "${aws:username}");
  EXPECT_EQ(Expanded("${*}", TextTemplate::Variables::kLiteral), "${<run>}");
}

TEST(TextTemplateTest, IsFixedWhenNothingDependsOnTheRequest) {
  using enum TextTemplate::Variables;
  EXPECT_NE(TextTemplate("a*${*}", Wildcards::kSpecial, kExpanded).fixed(), nullptr);
  EXPECT_NE(TextTemplate("${aws:username}", Wildcards::kSpecial, kLiteral).fixed(), nullptr);
  EXPECT_EQ(TextTemplate("${aws:username}", Wildcards::kSpecial, kExpanded).fixed(), nullptr);
}

}  // namespace
}  // namespace coffer::policy
