#include "support/policy_cases.h"

#include <gtest/gtest.h>

namespace coffer::policy {
namespace {

class DecisionsTest : public testing::TestWithParam<test::PolicyCase> {};

TEST_P(DecisionsTest, IsWhatAwsDecides) {
  const test::PolicyCase& tested = GetParam();
  EXPECT_EQ(test::Describe(tested.Decide()), tested.expected) << tested.title;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, DecisionsTest,
    testing::ValuesIn(test::LoadPolicyCases("tests/data/policy/decisions.json")),
    [](const auto& tested) { return tested.param.id; });

}  // namespace
}  // namespace coffer::policy
