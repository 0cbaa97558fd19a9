#include "base/fnv1a.h"

#include <gtest/gtest.h>

namespace coffer::base {
namespace {

std::uint64_t HashOf(std::string_view text) {
  Fnv1a hash;
  hash.Add(text);
  return hash.value();
}

// From the test vectors of draft-eastlake-fnv.
TEST(Fnv1aTest, AgreesWithPublishedVectors) {
  EXPECT_EQ(HashOf(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(HashOf("a"), 0xaf63dc4c8601ec8cULL);
  EXPECT_EQ(HashOf("foobar"), 0x85944171f73967e8ULL);
}

}  // namespace
}  // namespace coffer::base
