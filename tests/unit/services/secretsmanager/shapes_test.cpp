#include "services/secretsmanager/shapes.h"

#include <gtest/gtest.h>

namespace coffer::services::secretsmanager {
namespace {

TEST(RegionNameTest, FollowsAwsPattern) {
  for (const char* name : {"us-east-1", "us-gov-west-1", "a-1", "home-lab-42"}) {
    EXPECT_TRUE(IsRegionName(name)) << name;
  }
  for (const char* name : {"", "1", "us", "us-east", "us-east-", "-1", "us--1", "US-east-1",
                           "us-east-1a", "us-east1-1 "}) {
    EXPECT_FALSE(IsRegionName(name)) << name;
  }
}

TEST(FilterValueTest, FollowsAwsPattern) {
  for (const char* value : {"", "!", "!a b", "a/b_c+d=e@f.g-h:i!"}) {
    EXPECT_TRUE(IsFilterValue(value)) << value;
  }
  for (const char* value : {"#", "a*", "a,b", "\xc3\xa4"}) {
    EXPECT_FALSE(IsFilterValue(value)) << value;
  }
}

}  // namespace
}  // namespace coffer::services::secretsmanager
