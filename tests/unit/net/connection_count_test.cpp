#include "net/connection_count.h"

#include <gtest/gtest.h>

namespace coffer {
namespace {

TEST(ConnectionCountTest, RefusesOverTheCapUntilOneLeaves) {
  net::Limits limits;
  limits.max_connections = 2;
  net::ConnectionCount count(limits);
  auto first = count.Enter("a");
  auto second = count.Enter("b");
  ASSERT_TRUE(first && second);

  EXPECT_FALSE(count.Enter("c"));
  EXPECT_EQ(count.open(), 2U);

  first.reset();
  EXPECT_TRUE(count.Enter("c"));
  EXPECT_EQ(count.open(), 1U);  // The third left again at once.
}

TEST(ConnectionCountTest, CapsEachAddressAlone) {
  net::Limits limits;
  limits.max_connections_per_address = 1;
  net::ConnectionCount count(limits);
  auto first = count.Enter("a");
  ASSERT_TRUE(first);

  EXPECT_FALSE(count.Enter("a"));
  EXPECT_TRUE(count.Enter("b"));

  first.reset();
  EXPECT_TRUE(count.Enter("a"));
}

TEST(ConnectionCountTest, CountsAMovedAdmissionOnce) {
  const net::Limits limits;
  net::ConnectionCount count(limits);
  {
    auto admission = count.Enter("a");
    const net::ConnectionCount::Admission moved = *std::move(admission);
    admission.reset();
    EXPECT_EQ(count.open(), 1U);
    EXPECT_EQ(moved.address(), "a");
  }
  EXPECT_EQ(count.open(), 0U);
}

}  // namespace
}  // namespace coffer
