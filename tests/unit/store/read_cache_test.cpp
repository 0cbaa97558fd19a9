#include "store/read_cache.h"

#include "support/sample_secrets.h"

#include <gtest/gtest.h>

namespace coffer::store {
namespace {

using secrets::Secret;
using test::AddressOf;

constexpr std::size_t kPlenty = 64 << 20;

Secret MakeSecret(const std::string& name) {
  Secret secret = test::PlainSecret(name);
  secret.id = 1;
  secret.generation = 5;
  return secret;
}

StoredVersion MakeVersion(const std::string& id, const std::string& value = "value") {
  return {.version = test::VersionOf(id), .value = test::SealedOf(value)};
}

Secret Add(ReadCache& cache, const std::string& name) {
  Secret secret = MakeSecret(name);
  cache.Insert(secret, cache.Find(secret.address).ticket.value());
  return secret;
}

TEST(ReadCacheTest, FindsWhatWasInserted) {
  ReadCache cache(kPlenty);

  const Secret secret = Add(cache, "a");

  const auto found = cache.Find(AddressOf("a")).secret;
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(*found, secret);
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

TEST(ReadCacheTest, VersionsBelongToOneStateOfASecret) {
  ReadCache cache(kPlenty);
  const Secret secret = Add(cache, "a");
  Secret changed = secret;
  ++changed.generation;

  cache.InsertVersion(changed, MakeVersion("v1", "of another state"));
  EXPECT_EQ(cache.FindVersion(secret, "v1"), nullptr);
  cache.InsertVersion(secret, MakeVersion("v1"));

  const auto found = cache.FindVersion(secret, "v1");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(*found, MakeVersion("v1"));
  EXPECT_EQ(cache.FindVersion(secret, "v2"), nullptr);
  EXPECT_EQ(cache.FindVersion(changed, "v1"), nullptr);
}

TEST(ReadCacheTest, ABlockedAddressIsNeitherFoundNorInserted) {
  ReadCache cache(kPlenty);
  const Secret secret = Add(cache, "a");
  cache.InsertVersion(secret, MakeVersion("v1"));

  const auto block = cache.Block(secret.address);

  const auto lookup = cache.Find(secret.address);
  EXPECT_EQ(lookup.secret, nullptr);
  EXPECT_EQ(lookup.ticket, std::nullopt);
  EXPECT_EQ(cache.FindVersion(secret, "v1"), nullptr);
  cache.InsertVersion(secret, MakeVersion("v1"));
  EXPECT_EQ(cache.FindVersion(secret, "v1"), nullptr);
  cache.Unblock(block);
  EXPECT_EQ(cache.Find(secret.address).secret, nullptr);
  EXPECT_TRUE(cache.Find(secret.address).ticket.has_value());
}

TEST(ReadCacheTest, ATicketFromBeforeABlockIsWorthless) {
  ReadCache cache(kPlenty);
  const Secret stale = MakeSecret("a");
  const auto ticket = cache.Find(stale.address).ticket.value();

  cache.Unblock(cache.Block(stale.address));
  cache.Insert(stale, ticket);

  EXPECT_EQ(cache.Find(stale.address).secret, nullptr);
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
  const Secret secret = Add(cache, "a");
  cache.InsertVersion(secret, MakeVersion("v1"));
  cache.InsertVersion(secret, MakeVersion("v2"));

  cache.NoteAccess(secret, "v1", 19'700);
  cache.NoteAccess(secret, "v1", 19'600);

  const auto found = cache.Find(secret.address).secret;
  EXPECT_EQ(found->last_accessed, 19'700);
  StoredVersion accessed = MakeVersion("v1");
  accessed.version.last_accessed = 19'700;
  EXPECT_EQ(*cache.FindVersion(*found, "v1"), accessed);
  EXPECT_EQ(*cache.FindVersion(*found, "v2"), MakeVersion("v2"));
}

TEST(ReadCacheTest, ARowReadBesideAnAccessIsNotInserted) {
  ReadCache cache(kPlenty);
  const Secret secret = MakeSecret("a");
  const auto ticket = cache.Find(secret.address).ticket.value();

  cache.NoteAccess(secret, "v1", 19'700);
  cache.Insert(secret, ticket);

  EXPECT_EQ(cache.Find(secret.address).secret, nullptr);
}

TEST(ReadCacheTest, KeepsWithinItsBytes) {
  constexpr std::size_t kCapacity = 256 << 10;
  ReadCache cache(kCapacity);
  int held = 0;
  for (int i = 0; i < 2000; ++i) {
    const Secret secret = Add(cache, "secret-" + std::to_string(i));
    cache.InsertVersion(secret, MakeVersion("version-with-a-long-identifier"));
    EXPECT_LE(cache.size_bytes(), kCapacity);
  }
  for (int i = 0; i < 2000; ++i) {
    if (cache.Find(AddressOf("secret-" + std::to_string(i))).secret) ++held;
  }

  EXPECT_GT(held, 300);
  EXPECT_LT(held, 1000);
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
  const Secret secret = Add(cache, "a");

  Add(cache, "b");

  cache.InsertVersion(secret, MakeVersion("v1", std::string(64 << 10, 'x')));

  EXPECT_EQ(cache.FindVersion(secret, "v1"), nullptr);
  EXPECT_EQ(cache.Find(AddressOf("a")).secret, nullptr);  // Who could not grow is gone.
  EXPECT_NE(cache.Find(AddressOf("b")).secret, nullptr);
}

}  // namespace
}  // namespace coffer::store
