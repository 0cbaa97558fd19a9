#include "policy/leading_segments.h"

#include "policy/pattern.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace coffer::policy {
namespace {

LeadingSegments::Patterns PatternsOf(const std::array<std::string_view, kResourceSegment>& texts) {
  LeadingSegments::Patterns patterns;
  std::ranges::transform(texts, patterns.begin(), [](std::string_view text) {
    return PatternOf(text, Wildcards::kSpecial);
  });
  return patterns;
}

struct Case {
  std::array<std::string_view, kResourceSegment> patterns;
  bool fits;
};

TEST(LeadingSegmentsTest, FitsSegmentBySegment) {
  constexpr std::string_view kArn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:a-AbCdEf";
  const auto segments = SplitArn(kArn);
  ASSERT_TRUE(segments.has_value());
  const auto cases = std::to_array<Case>({
      {{"arn", "aws", "secretsmanager", "*", "*"}, true},
      {{"arn", "aws", "secretsmanager", "us-east-1", "000000000000"}, true},
      {{"*", "*", "*", "*", "*"}, true},
      {{"arn", "*", "secretsmanager", "us-*-1", "0000000000?0"}, true},
      {{"arn", "aws", "secrets", "*", "*"}, false},
      {{"arn", "aws", "secretsmanager", "us-east-1", "00000000000"}, false},
      {{"arn", "aws", "secretsmanager", "us-east-1", "000000000001"}, false},
      {{"arn", "aws", "*", "eu-*", "*"}, false},
      {{"arn", "aws", "secretsmanager", "", ""}, false},
  });
  for (const Case& each : cases) {
    EXPECT_EQ(LeadingSegments(PatternsOf(each.patterns)).Fit(kArn, *segments), each.fits)
        << each.patterns[2] << ":" << each.patterns[3] << ":" << each.patterns[4];
  }
}

TEST(LeadingSegmentsTest, SharedOnesAreTheSame) {
  const auto any = PatternsOf({"arn", "aws", "secretsmanager", "*", "*"});
  const auto other = PatternsOf({"arn", "aws", "kms", "*", "*"});

  EXPECT_EQ(LeadingSegments::Shared(any), LeadingSegments::Shared(any));
  EXPECT_NE(LeadingSegments::Shared(any), LeadingSegments::Shared(other));
}

}  // namespace
}  // namespace coffer::policy
