#include "store/cache_shard.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace coffer::store {
namespace {

constexpr std::size_t kSegment = 4096;
constexpr std::size_t kSegments = 8;

std::vector<std::byte> BytesOf(const std::string& text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

class CacheShardTest : public testing::Test {
 protected:
  std::string Find(std::size_t hash) {
    const auto bytes = shard_.Find(hash);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  CacheMemory memory_{kSegment * kSegments, kSegment};
  CacheShard shard_{memory_, kSegments};
};

TEST_F(CacheShardTest, FindsWhatWasPutLast) {
  shard_.Put(1, BytesOf("one"));
  shard_.Put(2, BytesOf("two"));
  shard_.Put(1, BytesOf("another one"));

  EXPECT_EQ(Find(1), "another one");
  EXPECT_EQ(Find(2), "two");
  EXPECT_EQ(Find(3), "");
  shard_.Erase(1);
  shard_.Erase(3);
  EXPECT_EQ(Find(1), "");
  EXPECT_EQ(Find(2), "two");
}

TEST_F(CacheShardTest, ExtendsTheLastEntryAndFormerOnes) {
  shard_.Put(1, BytesOf("one"));
  shard_.Put(2, BytesOf("two"));
  const std::size_t before = shard_.size_bytes();

  shard_.Extend(2, BytesOf("+"));
  EXPECT_EQ(shard_.size_bytes(), before);  // In what alignment had left free.
  shard_.Extend(1, BytesOf(" and more"));
  shard_.Extend(3, BytesOf("nothing"));

  EXPECT_EQ(Find(1), "one and more");
  EXPECT_EQ(Find(2), "two+");
  EXPECT_EQ(Find(3), "");
}

TEST_F(CacheShardTest, BytesMayBeChanged) {
  shard_.Put(1, BytesOf("one"));

  shard_.FindToChange(1)[0] = std::byte{'O'};

  EXPECT_EQ(Find(1), "One");
  EXPECT_TRUE(shard_.FindToChange(2).empty());
}

TEST_F(CacheShardTest, WhatIsLargerThanASegmentIsLeftOut) {
  shard_.Put(1, BytesOf("small"));
  shard_.Put(1, std::vector<std::byte>(kSegment));
  EXPECT_TRUE(shard_.Find(1).empty());
  shard_.Put(2, std::vector<std::byte>(kSegment - 16));
  EXPECT_EQ(shard_.Find(2).size(), kSegment - 16);
}

TEST_F(CacheShardTest, WithoutMemoryNothingIsKept) {
  CacheMemory none(0, kSegment);
  CacheShard empty(none, kSegments);
  empty.Put(1, BytesOf("one"));
  EXPECT_TRUE(empty.Find(1).empty());
}

TEST_F(CacheShardTest, WhatIsUsedOutlivesWhatIsNot) {
  shard_.Put(0, BytesOf("hot"));
  for (std::size_t i = 1; i < 5000; ++i) {
    ASSERT_EQ(Find(0), "hot") << i;
    shard_.Put(i, BytesOf(std::string(100, 'c')));
  }
  EXPECT_EQ(Find(1), "");
  EXPECT_EQ(Find(4999).size(), 100);
}

TEST_F(CacheShardTest, FormerEntriesGiveWayBeforeOthers) {
  for (std::size_t i = 0; i < 50; ++i) shard_.Put(i, BytesOf(std::string(100, 'c')));

  for (int i = 0; i < 5000; ++i) shard_.Put(99, BytesOf(std::string(100, 'd')));

  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(Find(i).size(), 100) << i;
}

// Whatever happens, what is found is what was put, and the memory's bound holds.
TEST_F(CacheShardTest, AgreesWithAMap) {
  std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same run each time
  std::map<std::size_t, std::string> model;
  std::size_t found = 0;
  for (int step = 0; step < 200'000; ++step) {
    const std::size_t hash = random() % 200;
    const std::string text(1 + random() % 300, static_cast<char>('a' + random() % 26));
    switch (random() % 8) {
      case 0:
        shard_.Put(hash, BytesOf(text));
        model[hash] = text;
        break;
      case 1:
        if (Find(hash).empty()) break;
        shard_.Extend(hash, BytesOf(text));
        model[hash] += text;
        if (model[hash].size() > 1000) {
          shard_.Erase(hash);
          model.erase(hash);
        }
        break;
      case 2:
        shard_.Erase(hash);
        model.erase(hash);
        break;
      default:
        if (const std::string seen = Find(hash); !seen.empty()) {
          ASSERT_EQ(seen, model[hash]) << step;
          ++found;
        }
    }
    ASSERT_LE(shard_.size_bytes(), kSegment * kSegments);
  }
  EXPECT_GT(found, 10'000);
}

}  // namespace
}  // namespace coffer::store
