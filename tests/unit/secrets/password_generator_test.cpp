#include "secrets/password_generator.h"

#include "support/fake_random.h"
#include "support/matchers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::secrets {
namespace {

using test::FailsWith;
using test::IsOk;

constexpr std::string_view kLowercase = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kUppercase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kNumbers = "0123456789";
constexpr std::string_view kPunctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

using Types = std::vector<std::string_view>;

struct Case {
  std::string name;
  PasswordRules rules;
  Types pool;      ///< Every character that may occur.
  Types required;  ///< One of each must occur.
};

std::string Join(const Types& types) {
  std::string joined;
  for (const std::string_view type : types) joined += type;
  return joined;
}

PasswordRules Rules(std::int64_t length, void (*change)(PasswordRules&) = nullptr) {
  PasswordRules rules;
  rules.length = length;
  if (change != nullptr) change(rules);
  return rules;
}

std::vector<Case> Cases() {
  const Types each = {kLowercase, kUppercase, kNumbers, kPunctuation};
  return {
      {"defaults", PasswordRules{}, each, each},
      {"four characters of four types", Rules(4), each, each},
      {"the longest", Rules(4096), each, each},
      {"nothing required",
       Rules(1, [](auto& r) { r.require_each_included_type = false; }),
       each,
       {}},
      {"no lowercase",
       Rules(3, [](auto& r) { r.exclude_lowercase = true; }),
       {kUppercase, kNumbers, kPunctuation},
       {kUppercase, kNumbers, kPunctuation}},
      {"no uppercase",
       Rules(3, [](auto& r) { r.exclude_uppercase = true; }),
       {kLowercase, kNumbers, kPunctuation},
       {kLowercase, kNumbers, kPunctuation}},
      {"no numbers",
       Rules(3, [](auto& r) { r.exclude_numbers = true; }),
       {kLowercase, kUppercase, kPunctuation},
       {kLowercase, kUppercase, kPunctuation}},
      {"no punctuation",
       Rules(3, [](auto& r) { r.exclude_punctuation = true; }),
       {kLowercase, kUppercase, kNumbers},
       {kLowercase, kUppercase, kNumbers}},
      {"a space is admitted, not required",
       Rules(4, [](auto& r) { r.include_space = true; }),
       {kLowercase, kUppercase, kNumbers, kPunctuation, " "},
       each},
      {"excluded characters",
       Rules(4,
             [](auto& r) { r.exclude_characters = "abcdefghijklmnopqrstuvwxy12345678\xC3\xA4"; }),
       {"z09", kUppercase, kPunctuation},
       {"z", "09", kUppercase, kPunctuation}},
      {"an emptied type that is not required",
       Rules(8,
             [](auto& r) {
               r.exclude_characters = "0123456789";
               r.require_each_included_type = false;
             }),
       {kLowercase, kUppercase, kPunctuation},
       {}},
      {"only the space",
       Rules(5,
             [](auto& r) {
               r.exclude_lowercase = r.exclude_uppercase = r.exclude_numbers =
                   r.exclude_punctuation = r.include_space = true;
             }),
       {" "},
       {}},
  };
}

TEST(PasswordGeneratorTest, PasswordsFollowTheirRules) {
  test::FakeRandom random;
  for (const Case& c : Cases()) {
    SCOPED_TRACE(c.name);
    for (int i = 0; i < 50; ++i) {
      const auto password = GeneratePassword(c.rules, random);
      ASSERT_THAT(password, IsOk());
      const std::string_view text = password->ExposeText();
      EXPECT_EQ(text.size(), static_cast<std::size_t>(c.rules.length));
      EXPECT_EQ(text.find_first_not_of(Join(c.pool)), std::string_view::npos);
      for (const std::string_view type : c.required) {
        EXPECT_NE(text.find_first_of(type), std::string_view::npos) << type;
      }
    }
  }
}

TEST(PasswordGeneratorTest, ImpossibleRulesAreRefused) {
  struct Refusal {
    std::string name;
    PasswordRules rules;
    std::string message;
  };
  const std::vector<Refusal> cases = {
      {"three characters of four types", Rules(3),
       "Password length is too short based on the required types."},
      {"a required type emptied", Rules(32, [](auto& r) { r.exclude_characters = "9876543210"; }),
       "All characters of the desired type have been excluded."},
      {"every type left out",
       Rules(32,
             [](auto& r) {
               r.exclude_lowercase = r.exclude_uppercase = r.exclude_numbers =
                   r.exclude_punctuation = true;
             }),
       "All characters have been excluded from selection."},
      {"every character excluded",
       Rules(32,
             [](auto& r) {
               r.exclude_characters = Join({kLowercase, kUppercase, kNumbers, kPunctuation, " "});
               r.include_space = true;
               r.require_each_included_type = false;
             }),
       "All characters have been excluded from selection."},
  };
  test::FakeRandom random;
  for (const Refusal& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_THAT(GeneratePassword(c.rules, random),
                FailsWith(ErrorCode::kInvalidParameter, c.message));
  }
}

/// Sum over all of `pool` of (seen - expected)² / expected.
double ChiSquare(const std::map<char, int>& seen, const std::string& pool, double expected) {
  double sum = 0;
  for (const char c : pool) {
    const auto found = seen.find(c);
    const double difference = (found == seen.end() ? 0 : found->second) - expected;
    sum += difference * difference / expected;
  }
  return sum;
}

TEST(PasswordGeneratorTest, AllCharactersAreEquallyLikely) {
  test::FakeRandom random;
  PasswordRules rules = Rules(4096);
  rules.require_each_included_type = false;
  const std::string pool = Join({kLowercase, kUppercase, kNumbers, kPunctuation});
  std::map<char, int> seen;
  constexpr int kPasswords = 20;

  for (int i = 0; i < kPasswords; ++i) {
    const auto password = GeneratePassword(rules, random);
    ASSERT_THAT(password, IsOk());
    for (const char c : password->ExposeText()) ++seen[c];
  }

  // 93 degrees of freedom: mean 93, standard deviation 14.
  EXPECT_LT(ChiSquare(seen, pool, kPasswords * 4096.0 / 94), 165);
}

TEST(PasswordGeneratorTest, RequiredCharactersHaveNoFixedPlace) {
  test::FakeRandom random;
  const PasswordRules rules = Rules(4);
  std::array<int, 4> digits_at{};
  constexpr int kPasswords = 4000;

  for (int i = 0; i < kPasswords; ++i) {
    const auto password = GeneratePassword(rules, random);
    ASSERT_THAT(password, IsOk());
    ++digits_at[password->ExposeText().find_first_of(kNumbers)];
  }

  // Each place expects 1000; the standard deviation is 27.
  for (const int count : digits_at) EXPECT_NEAR(count, kPasswords / 4, 150);
}

}  // namespace
}  // namespace coffer::secrets
