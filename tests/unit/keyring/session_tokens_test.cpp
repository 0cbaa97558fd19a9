#include "keyring/session_tokens.h"

#include "support/fake_random.h"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <string>

namespace coffer::keyring {
namespace {

constexpr std::string_view kSecret = "abcdefghijABCDEFGHIJ0123456789+/abcdefgh";
constexpr std::string_view kId = "ASIA234567ABCDEFGHIJ";

class SessionTokensTest : public testing::Test {
 protected:
  [[nodiscard]] SessionTokens Tokens(std::string_view key, char installation = 'i') {
    const std::string id(16, installation);
    return {SecretBytes::FromText(key), std::as_bytes(std::span(id)), random_};
  }
  [[nodiscard]] std::string Seal(std::string_view claims) {
    return tokens_.Seal(kId, SecretBytes::FromText(kSecret), claims);
  }

  test::FakeRandom random_;
  SessionTokens tokens_ = Tokens("key");
};

TEST_F(SessionTokensTest, OpensWhatItSealed) {
  for (const std::string& claims : {std::string(), std::string("{}"), std::string(5000, 'x')}) {
    const auto opened = tokens_.Open(kId, Seal(claims));

    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(opened->claims, claims);
    EXPECT_EQ(opened->secret_access_key.ExposeText(), kSecret);
  }
}

TEST_F(SessionTokensTest, ATokenBelongsToOneAccessKeyAndOneInstallation) {
  const std::string token = Seal("{}");

  EXPECT_TRUE(Tokens("key").Open(kId, token).has_value());
  EXPECT_FALSE(tokens_.Open("ASIA234567ABCDEFGHIK", token).has_value());
  EXPECT_FALSE(tokens_.Open("", token).has_value());
  EXPECT_FALSE(Tokens("other").Open(kId, token).has_value());
  EXPECT_FALSE(Tokens("key", 'j').Open(kId, token).has_value());
}

TEST_F(SessionTokensTest, EveryChangedCharacterIsNoticed) {
  const std::string token = Seal("{}");
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(tokens_.Open(kId, changed).has_value()) << i;
  }
}

TEST_F(SessionTokensTest, OtherTextIsNoToken) {
  const std::string token = Seal("{}");
  for (const std::string& text : {std::string(), std::string("AQ=="), std::string("not base64!"),
                                  token.substr(4), token.substr(0, 60), token + "AAAA", " " + token,
                                  std::string(SessionTokens::kMaxTokenSize, 'A'),
                                  std::string(SessionTokens::kMaxTokenSize + 4, 'A')}) {
    EXPECT_FALSE(tokens_.Open(kId, text).has_value()) << text.substr(0, 20);
  }
}

TEST_F(SessionTokensTest, WhatDoesNotFitIsNotSealed) {
  EXPECT_THROW((void)Seal(std::string(SessionTokens::kMaxTokenSize, 'x')), std::length_error);
  EXPECT_THROW((void)tokens_.Seal(kId, SecretBytes(39), "{}"), std::length_error);
}

TEST_F(SessionTokensTest, FingerprintsTellTokensApart) {
  const std::string token = Seal("{}");

  EXPECT_EQ(tokens_.FingerprintOf(token), Tokens("key").FingerprintOf(token));
  EXPECT_NE(tokens_.FingerprintOf(token), tokens_.FingerprintOf(Seal("{}")));
  EXPECT_NE(tokens_.FingerprintOf(token), Tokens("other").FingerprintOf(token));
}

}  // namespace
}  // namespace coffer::keyring
