#include "store/identity_uses.h"

#include <gtest/gtest.h>

#include <chrono>

namespace coffer::store {
namespace {

using std::chrono::milliseconds;

constexpr Timestamp kNoon{milliseconds(1768478400000)};

TEST(UseGateTest, ANewMinuteServiceOrRegionIsNews) {
  struct Row {
    std::string_view service;
    std::string_view region;
    milliseconds after;
    bool is_news;
  };
  const UseGate gate;
  for (const Row& row : {
           Row{"kms", "us-east-1", milliseconds(0), true},
           Row{"kms", "us-east-1", milliseconds(0), false},
           Row{"kms", "us-east-1", milliseconds(59'999), false},
           Row{"kms", "us-east-1", milliseconds(60'000), true},
           Row{"iam", "us-east-1", milliseconds(60'000), true},
           Row{"iam", "eu-west-1", milliseconds(60'000), true},
           Row{"iam", "eu-west-1", milliseconds(60'001), false},
           Row{"kms", "us-east-1", milliseconds(60'001), true},
           // A clock that goes back.
           Row{"kms", "us-east-1", milliseconds(-1), true},
       }) {
    EXPECT_EQ(gate.IsNews(row.service, row.region, kNoon + row.after), row.is_news)
        << row.service << " " << row.region << " " << row.after.count();
  }
}

}  // namespace
}  // namespace coffer::store
