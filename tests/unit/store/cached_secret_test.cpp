#include "store/cached_secret.h"

#include "support/sample_secrets.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

namespace coffer::store {
namespace {

using secrets::Secret;

StoredVersion MakeVersion(const std::string& id) {
  StoredVersion stored{.version = test::VersionOf(id), .value = test::SealedOf("value of " + id)};
  stored.version.ordinal = 7;
  stored.value->key_version = 3;
  return stored;
}

std::vector<Secret> Samples() {
  Secret plain = test::PlainSecret("plain");
  Secret full = test::FullSecret("full");
  full.id = 41;
  full.generation = 17;
  full.last_accessed = 19'000;
  Secret untagged = full;
  untagged.tags.emplace().clear();
  Secret empty_texts = full;
  empty_texts.description = "";
  return {plain, full, untagged, empty_texts};
}

using Bytes = std::vector<std::byte>;

Bytes Encoded(const Secret& secret, std::initializer_list<StoredVersion> versions = {}) {
  Bytes bytes = EncodeForCache(secret);
  for (const StoredVersion& version : versions) {
    const Bytes added = EncodeForCache(version);
    bytes.insert(bytes.end(), added.begin(), added.end());
  }
  return bytes;
}

TEST(CachedSecretTest, GivesBackWhatItWasMadeOf) {
  for (const Secret& secret : Samples()) {
    EXPECT_EQ(CachedSecret(Encoded(secret)).Secret(), secret);
    EXPECT_EQ(CachedSecret(Encoded(secret, {MakeVersion("v1")})).Secret(), secret);
    EXPECT_EQ(CachedSecret(Encoded(secret)).secret_id(), secret.id);
  }
}

TEST(CachedSecretTest, FindsEachVersion) {
  StoredVersion unfilled{.version = test::VersionOf("pending"), .value = std::nullopt};
  unfilled.version.has_value = false;
  const Bytes bytes =
      Encoded(test::FullSecret("a"), {MakeVersion("v1"), unfilled, MakeVersion("v2")});
  const CachedSecret cached(bytes);

  EXPECT_EQ(cached.FindVersion("v1"), MakeVersion("v1"));
  EXPECT_EQ(cached.FindVersion("v2"), MakeVersion("v2"));
  EXPECT_EQ(cached.FindVersion("pending"), unfilled);
  EXPECT_EQ(cached.FindVersion("v"), std::nullopt);
  EXPECT_EQ(cached.FindVersion(""), std::nullopt);
}

TEST(CachedSecretTest, IsAtItsAddressAlone) {
  const Bytes bytes = Encoded(test::FullSecret("name"));
  const CachedSecret cached(bytes);
  EXPECT_TRUE(cached.IsAt(test::AddressOf("name")));
  for (const auto part : {&secrets::SecretAddress::account, &secrets::SecretAddress::region,
                          &secrets::SecretAddress::name}) {
    secrets::SecretAddress other = test::AddressOf("name");
    (other.*part).back() = '0';
    EXPECT_FALSE(cached.IsAt(other));
    (other.*part).clear();
    EXPECT_FALSE(cached.IsAt(other));
  }
}

TEST(CachedSecretTest, AStateIsAnIdAndAGeneration) {
  const Secret secret = test::FullSecret("name");
  const Bytes bytes = Encoded(secret);
  EXPECT_TRUE(CachedSecret(bytes).IsStateOf(secret));
  Secret other = secret;
  ++other.id;
  EXPECT_FALSE(CachedSecret(bytes).IsStateOf(other));
  other = secret;
  ++other.generation;
  EXPECT_FALSE(CachedSecret(bytes).IsStateOf(other));
}

TEST(CachedSecretTest, AccessMovesDatesForwardOnly) {
  Bytes bytes = Encoded(test::FullSecret("a"), {MakeVersion("v1"), MakeVersion("v2")});
  const CachedSecret cached(bytes);

  NoteAccessInCache(bytes, "v2", 19'700);
  NoteAccessInCache(bytes, "v2", 19'600);

  EXPECT_EQ(cached.Secret().last_accessed, 19'700);
  EXPECT_EQ(cached.FindVersion("v1"), MakeVersion("v1"));
  EXPECT_EQ(cached.FindVersion("v2")->version.last_accessed, 19'700);
  NoteAccessInCache(bytes, "v3", 19'701);
  EXPECT_EQ(cached.Secret().last_accessed, 19'701);
  EXPECT_EQ(cached.FindVersion("v2")->version.last_accessed, 19'700);
}

}  // namespace
}  // namespace coffer::store
