#include "store/read_cache.h"

#include "support/sample_secrets.h"

#include <gtest/gtest.h>

namespace coffer::store {
namespace {

using secrets::Secret;
using test::AddressOf;

constexpr std::size_t kPlenty = 64 << 20;

std::shared_ptr<const Secret> MakeSecret(const std::string& name, std::int64_t id = 1) {
  Secret secret = test::PlainSecret(name);
  secret.id = id;
  return std::make_shared<const Secret>(std::move(secret));
}

std::shared_ptr<const StoredVersion> MakeVersion(const std::string& id) {
  auto version = std::make_shared<StoredVersion>();
  version->version = test::VersionOf(id);
  version->value = test::SealedOf("value");
  return version;
}

std::shared_ptr<const Secret> Add(ReadCache& cache, const std::string& name) {
  std::shared_ptr<const Secret> secret = MakeSecret(name);
  cache.Insert(secret, cache.Find(secret->address).ticket.value());
  return secret;
}

TEST(ReadCacheTest, FindsWhatWasInserted) {
  ReadCache cache(kPlenty);

  const auto secret = Add(cache, "a");

  EXPECT_EQ(cache.Find(AddressOf("a")).secret, secret);
  EXPECT_EQ(cache.Find(AddressOf("b")).secret, nullptr);
}

TEST(ReadCacheTest, AccountsAndRegionsAreSeparateWorlds) {
  ReadCache cache(kPlenty);
  Add(cache, "a");

  secrets::SecretAddress address = AddressOf("a");
  address.account = "999999999999";
  EXPECT_EQ(cache.Find(address).secret, nullptr);
  address = AddressOf("a");
  address.region = "eu-west-1";
  EXPECT_EQ(cache.Find(address).secret, nullptr);
}

TEST(ReadCacheTest, VersionsBelongToOneSecretObject) {
  ReadCache cache(kPlenty);
  const auto secret = Add(cache, "a");
  const auto version = MakeVersion("v1");
  const Secret copy = *secret;

  cache.InsertVersion(copy, MakeVersion("v1"));
  cache.InsertVersion(*secret, version);

  EXPECT_EQ(cache.FindVersion(*secret, "v1"), version);
  EXPECT_EQ(cache.FindVersion(*secret, "v2"), nullptr);
  EXPECT_EQ(cache.FindVersion(copy, "v1"), nullptr);
}

TEST(ReadCacheTest, ABlockedAddressIsNeitherFoundNorInserted) {
  ReadCache cache(kPlenty);
  const auto secret = Add(cache, "a");
  cache.InsertVersion(*secret, MakeVersion("v1"));

  const auto block = cache.Block(secret->address);

  const auto lookup = cache.Find(secret->address);
  EXPECT_EQ(lookup.secret, nullptr);
  EXPECT_EQ(lookup.ticket, std::nullopt);
  EXPECT_EQ(cache.FindVersion(*secret, "v1"), nullptr);
  cache.InsertVersion(*secret, MakeVersion("v1"));
  EXPECT_EQ(cache.FindVersion(*secret, "v1"), nullptr);
  cache.Unblock(block);
  EXPECT_EQ(cache.Find(secret->address).secret, nullptr);
  EXPECT_TRUE(cache.Find(secret->address).ticket.has_value());
}

TEST(ReadCacheTest, ATicketFromBeforeABlockIsWorthless) {
  ReadCache cache(kPlenty);
  const auto stale = MakeSecret("a");
  const auto ticket = cache.Find(stale->address).ticket.value();

  cache.Unblock(cache.Block(stale->address));
  cache.Insert(stale, ticket);

  EXPECT_EQ(cache.Find(stale->address).secret, nullptr);
}

TEST(ReadCacheTest, BlocksCount) {
  ReadCache cache(kPlenty);
  const auto first = cache.Block(AddressOf("a"));
  const auto second = cache.Block(AddressOf("a"));

  cache.Unblock(first);
  EXPECT_EQ(cache.Find(AddressOf("a")).ticket, std::nullopt);
  cache.Unblock(second);
  EXPECT_TRUE(cache.Find(AddressOf("a")).ticket.has_value());
}

TEST(ReadCacheTest, AnAccessShowsAtOnceAndKeepsTheVersions) {
  ReadCache cache(kPlenty);
  const auto secret = Add(cache, "a");
  const auto version = MakeVersion("v1");
  cache.InsertVersion(*secret, version);

  cache.NoteAccess(*secret, 19'700);
  cache.NoteAccess(*secret, 19'600);

  const auto found = cache.Find(secret->address).secret;
  EXPECT_EQ(found->last_accessed, 19'700);
  EXPECT_EQ(cache.FindVersion(*found, "v1"), version);
}

TEST(ReadCacheTest, ARowReadBesideAnAccessIsNotInserted) {
  ReadCache cache(kPlenty);
  const auto secret = MakeSecret("a");
  const auto ticket = cache.Find(secret->address).ticket.value();

  cache.NoteAccess(*secret, 19'700);
  cache.Insert(secret, ticket);

  EXPECT_EQ(cache.Find(secret->address).secret, nullptr);
}

TEST(ReadCacheTest, KeepsWithinItsBytes) {
  constexpr std::size_t kCapacity = 256 << 10;
  ReadCache cache(kCapacity);
  int held = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto secret = Add(cache, "secret-" + std::to_string(i));
    cache.InsertVersion(*secret, MakeVersion("version-with-a-long-identifier"));
    EXPECT_LE(cache.size_bytes(), kCapacity);
  }
  for (int i = 0; i < 2000; ++i) {
    if (cache.Find(AddressOf("secret-" + std::to_string(i))).secret) ++held;
  }

  EXPECT_GT(held, 50);
  EXPECT_LT(held, 400);
}

TEST(ReadCacheTest, WhatIsUsedOutlivesWhatIsNot) {
  ReadCache cache(256 << 10);
  Add(cache, "hot");
  for (int i = 0; i < 5000; ++i) {
    ASSERT_NE(cache.Find(AddressOf("hot")).secret, nullptr) << i;
    Add(cache, "cold-" + std::to_string(i));
  }

  EXPECT_EQ(cache.Find(AddressOf("cold-0")).secret, nullptr);
}

TEST(ReadCacheTest, WhatIsTooLargeIsLeftOut) {
  ReadCache cache(256 << 10);
  const auto secret = Add(cache, "a");
  auto large = std::make_shared<StoredVersion>();
  large->version = test::VersionOf("v1");
  large->value = test::SealedOf(std::string(64 << 10, 'x'));

  cache.InsertVersion(*secret, large);

  EXPECT_EQ(cache.FindVersion(*secret, "v1"), nullptr);
  EXPECT_EQ(cache.Find(secret->address).secret, secret);
}

}  // namespace
}  // namespace coffer::store
