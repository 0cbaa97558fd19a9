#include "base/account.h"

#include <gtest/gtest.h>

namespace coffer::base {
namespace {

TEST(AccountTest, AnIdIsTwelveDigits) {
  EXPECT_TRUE(IsAccountId("000000000000"));
  EXPECT_TRUE(IsAccountId("123456789012"));
  for (const std::string_view text :
       {"", "12345678901", "1234567890123", "12345678901a", "-12345678901", "12345678901 "}) {
    EXPECT_FALSE(IsAccountId(text)) << text;
  }
}

TEST(AccountTest, RootArnNamesTheAccount) {
  EXPECT_EQ(RootArn("123456789012"), "arn:aws:iam::123456789012:root");
}

}  // namespace
}  // namespace coffer::base
