#include "sigv4/signing_key.h"

#include "base/encoding.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace coffer::sigv4 {
namespace {

crypto::HmacKey KeyOf(std::string_view secret, std::string_view credential) {
  return DeriveSigningKey(SecretBytes::FromText(secret), *ParseCredential(credential));
}

std::shared_ptr<const SigningKey> AnyKey(std::string account = "111122223333") {
  return std::make_shared<const SigningKey>(
      SigningKey{.key = crypto::HmacKey(base::AsBytes(account)),
                 .account = std::move(account),
                 .principal_arn = {}});
}

// The worked example: the derived key, seen through what it signs.
TEST(SigningKeyTest, MatchesTheWorkedExample) {
  crypto::Sha256Digest published{};
  ASSERT_TRUE(
      base::FromHex("1665c120383ccb4b0207e2f266c78b3c6b4bfa40f208f36ecf2fe0fe9fb63797", published));
  const auto message = base::AsBytes("any message");

  EXPECT_EQ(
      KeyOf("alice/secret+KEY0", "A/20260115/us-east-1/secretsmanager/aws4_request").Sign(message),
      crypto::HmacSha256(published, message));
}

TEST(SigningKeyCacheTest, FindsOnlyTheSameCredentialAndGeneration) {
  SigningKeyCache cache;
  const auto key = AnyKey();
  cache.Insert("AKID/20260115/us-east-1/s/aws4_request", 7, key);

  EXPECT_EQ(cache.Find("AKID/20260115/us-east-1/s/aws4_request", 7), key);
  EXPECT_EQ(cache.Find("AKID/20260115/us-east-1/s/aws4_request", 8), nullptr);
  EXPECT_EQ(cache.Find("AKID/20260116/us-east-1/s/aws4_request", 7), nullptr);
  EXPECT_EQ(cache.Find("", 0), nullptr);
}

TEST(SigningKeyCacheTest, ANewGenerationLetsGoOfTheOldKey) {
  SigningKeyCache cache;
  auto old_key = AnyKey();
  const std::weak_ptr<const SigningKey> watched = old_key;
  cache.Insert("credential", 1, std::move(old_key));

  cache.Insert("credential", 2, AnyKey());

  EXPECT_TRUE(watched.expired());
  EXPECT_EQ(cache.Find("credential", 1), nullptr);
  EXPECT_NE(cache.Find("credential", 2), nullptr);
}

TEST(SigningKeyCacheTest, HoldsABoundedNumberOfKeys) {
  constexpr std::size_t kMany = 5000;
  SigningKeyCache cache;
  std::vector<std::weak_ptr<const SigningKey>> watched;
  for (std::size_t i = 0; i < kMany; ++i) {
    auto key = AnyKey();
    watched.emplace_back(key);
    cache.Insert("credential" + std::to_string(i), 1, std::move(key));
  }

  const auto alive = std::ranges::count_if(watched, [](const auto& key) { return !key.expired(); });

  EXPECT_LE(static_cast<std::size_t>(alive), SigningKeyCache::kSets * SigningKeyCache::kKeysOfASet);
  EXPECT_FALSE(watched.back().expired());
}

TEST(SigningKeyCacheTest, AKeyInUseSurvivesMoreRecentOnes) {
  SigningKeyCache cache;
  cache.Insert("hot", 1, AnyKey());
  for (int i = 0; i < 5000; ++i) {
    cache.Insert("credential" + std::to_string(i), 1, AnyKey());
    ASSERT_NE(cache.Find("hot", 1), nullptr);
  }
}

TEST(SigningKeyCacheTest, ServesManyThreadsAtOnce) {
  SigningKeyCache cache;
  const auto work = [&cache] {
    for (int i = 0; i < 2000; ++i) {
      const std::string account = std::to_string(i % 50);
      if (const auto key = cache.Find(account, 1)) {
        ASSERT_EQ(key->account, account);
      } else {
        cache.Insert(account, 1, AnyKey(account));
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < SigningKeyCache::kShards + 4; ++i) threads.emplace_back(work);
  }
}

}  // namespace
}  // namespace coffer::sigv4
