#include "policy/arn.h"

#include "policy/pattern.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace coffer::policy {
namespace {

TEST(ArnTest, SplitsIntoSixSegments) {
  const auto arn = SplitArn("arn:aws:secretsmanager:us-east-1:111122223333:secret:app/db-a1B2c3");

  ASSERT_TRUE(arn.has_value());
  EXPECT_EQ(*arn, (ArnSegments{"arn", "aws", "secretsmanager", "us-east-1", "111122223333",
                               "secret:app/db-a1B2c3"}));
}

TEST(ArnTest, SegmentsMayBeEmpty) {
  const auto arn = SplitArn("arn:aws:s3:::bucket/key");

  ASSERT_TRUE(arn.has_value());
  EXPECT_EQ((*arn)[3], "");
  EXPECT_EQ((*arn)[kResourceSegment], "bucket/key");
  EXPECT_TRUE(SplitArn("arn:::::").has_value());
}

TEST(ArnTest, OtherTextsAreNone) {
  for (const std::string_view text :
       {"", "*", "arn", "arn:aws:s3", "arn:aws:iam::111122223333", "ARN:aws:iam::1:root",
        " arn:aws:iam::1:root", "urn:aws:iam::1:root", "a:b:c:d:e:f"}) {
    EXPECT_FALSE(SplitArn(text).has_value()) << text;
  }
}

TEST(ArnTest, EachSegmentFitsWithinItself) {
  struct Row {
    std::string_view pattern;
    std::string_view arn;
    bool fits;
  };
  constexpr std::string_view kRole = "arn:aws:iam::111122223333:role/svc/AppRole";
  constexpr std::string_view kFunction = "arn:aws:lambda:us-east-1:111122223333:function:f:live";
  for (const Row& row : std::vector<Row>{
           {kRole, kRole, true},
           {"arn:aws:iam::111122223333:role/svc/approle", kRole, false},
           {"arn:aws:iam::*:role/*", kRole, true},
           {"arn:aws:iam::1111????3333:role/svc/App*", kRole, true},
           {"arn:*:*:*:*:*", kRole, true},
           {"*:*:*:*:*:*", kRole, true},
           {"arn:aws:iam:?:111122223333:*", kRole, false},
           {"arn:aws:iam::444455556666:*", kRole, false},
           // Only the last segment has colons and slashes for a run to cross.
           {"arn:aws:lambda:us-east-1:111122223333:function:*", kFunction, true},
           {"arn:aws:lambda:us-east-1:111122223333:*:live", kFunction, true},
           {"arn:aws:lambda:*:function:f:live", kFunction, false},
           {"arn:aws:*:111122223333:function:f:live", kFunction, false},
           {"arn:*role/svc/AppRole", kRole, false},
           // Fewer segments fit nothing.
           {"*", kRole, false},
           {"arn:*", kRole, false},
           {"arn:aws:iam::*", kRole, false},
           {"", kRole, false},
       }) {
    const auto arn = SplitArn(row.arn);
    ASSERT_TRUE(arn.has_value());
    EXPECT_EQ(MatchesArn(PatternOf(row.pattern, Wildcards::kSpecial), *arn), row.fits)
        << row.pattern;
  }
}

}  // namespace
}  // namespace coffer::policy
