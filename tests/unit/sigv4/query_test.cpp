#include "sigv4/query.h"

#include "support/matchers.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

namespace coffer::sigv4 {
namespace {

using coffer::test::FailsWith;
using coffer::test::IsOk;

TEST(QueryTest, AcceptsWellFormedEscapes) {
  for (const std::string_view query : {"", "a=b", "%41=%c3%A9", "a=%25%25"}) {
    EXPECT_THAT(CheckQueryEscapes(query), IsOk()) << query;
  }
}

TEST(QueryTest, RefusesMalformedEscapesInAwsWords) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"a=%", "Incomplete trailing escape % sequence"},
      {"a=%4", "Incomplete trailing escape % sequence"},
      {"%41%4", "Incomplete trailing escape % sequence"},
      {"a=%zz", "Illegal hex character in escape % pattern: %zz"},
      {"a=%4g&b", "Illegal hex character in escape % pattern: %4g"},
      {"%%41", "Illegal hex character in escape % pattern: %%4"},
  };
  for (const auto& [query, message] : cases) {
    EXPECT_THAT(CheckQueryEscapes(query), FailsWith(ErrorCode::kMalformedQueryString, message));
  }
}

TEST(QueryTest, FindsAParameterByItsDecodedName) {
  constexpr std::string_view kName = "X-Amz-Algorithm";
  const std::pair<std::string_view, std::optional<std::string>> cases[] = {
      {"a=1&X-Amz-Algorithm=x", "x"},
      {"X%2DAmz-Algorithm", ""},
      {"X-Amz-Algorithm=a%2Fb+c%20=d&X-Amz-Algorithm=other", "a/b+c =d"},
      {"x-amz-algorithm=x", std::nullopt},
      {"a=X-Amz-Algorithm", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& [query, value] : cases) {
    EXPECT_EQ(FindQueryParameter(query, kName), value) << query;
  }
}

TEST(QueryTest, TakesOutTheParameterThatItWouldFind) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},      {"a=1", "a=1"},          {"x=1", ""},
      {"x", ""},     {"a=1&x=2&b", "a=1&&b"}, {"%78=1&x=2", "&x=2"},
      {"a=x", "a=x"}};
  for (const auto& [query, rest] : cases) {
    EXPECT_EQ(WithoutQueryParameter(query, "x"), rest) << query;
  }
}

TEST(QueryTest, CanonicalFormIsReencodedAndSorted) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"a", "a="},
      {"a=", "a="},
      {"=v", "=v"},
      {"a=b=c", "a=b%3Dc"},
      {"&&b=2&&a=1&", "a=1&b=2"},
      {"a=2&a=1&a", "a=&a=1&a=2"},
      {"b=1&B=2", "B=2&b=1"},
      {"a=%7e%2f%c3%a9", "a=~%2F%C3%A9"},
      {"a=1+2&b=%20", "a=1%2B2&b=%20"},
      // Sorted as encoded: `{` is %7B, which stands before `a`.
      {"a=1&{=2", "%7B=2&a=1"},
      {"a-=1&a=2", "a=2&a-=1"},
  };
  for (const auto& [query, canonical] : cases) {
    std::string out;
    AppendCanonicalQuery(out, query);
    EXPECT_EQ(out, canonical) << query;
  }
}

}  // namespace
}  // namespace coffer::sigv4
