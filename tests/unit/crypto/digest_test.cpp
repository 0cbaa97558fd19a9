#include "crypto/digest.h"

#include "base/encoding.h"
#include "crypto/crypto_error.h"
#include "support/hex.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace coffer::crypto {
namespace {

using base::AsBytes;
using test::Bytes;
using test::Hex;

// FIPS 180-4 examples (NIST, "SHA-256").
struct Sha256Case {
  std::string message;
  std::string digest;
};

const std::vector<Sha256Case>& Sha256Cases() {
  static const std::vector<Sha256Case> cases{
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {std::string(1'000'000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
  };
  return cases;
}

TEST(Sha256Test, MatchesPublishedDigests) {
  for (const auto& [message, digest] : Sha256Cases()) {
    EXPECT_EQ(Hex(Sha256(AsBytes(message))), digest);
  }
}

TEST(Sha256StreamTest, PiecesGiveTheDigestOfTheWhole) {
  Sha256Stream stream;

  for (const auto& [message, digest] : Sha256Cases()) {
    for (std::size_t at = 0; at < message.size(); at += 7'001) {
      stream.Update(AsBytes(std::string_view(message).substr(at, 7'001)));
    }
    EXPECT_EQ(Hex(stream.Finish()), digest);
  }
}

TEST(Sha256StreamTest, AnotherDigestInBetweenDoesNotDisturb) {
  Sha256Stream stream;

  stream.Update(AsBytes("a"));
  (void)Sha256(AsBytes("something else"));
  stream.Update(AsBytes("bc"));

  EXPECT_EQ(stream.Finish(), Sha256(AsBytes("abc")));
}

// RFC 4231 section 4.
struct HmacCase {
  std::string key;
  std::string message;
  std::string mac;
};

const std::vector<HmacCase>& HmacCases() {
  static const std::vector<HmacCase> cases{
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16"
       "\x17\x18\x19",
       std::string(50, '\xcd'), "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {std::string(131, '\xaa'),
       "This is a test using a larger than block-size key and a larger than block-size data. The "
       "key needs to be hashed before being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
  };
  return cases;
}

TEST(HmacTest, MatchesRfc4231) {
  for (const auto& [key, message, mac] : HmacCases()) {
    EXPECT_EQ(Hex(HmacSha256(AsBytes(key), AsBytes(message))), mac);
  }
}

TEST(HmacKeyTest, SignsAgainAndAgainAndAfterAMove) {
  for (const auto& [key, message, mac] : HmacCases()) {
    HmacKey first(AsBytes(key));
    EXPECT_EQ(Hex(first.Sign(AsBytes(message))), mac);
    EXPECT_EQ(Hex(first.Sign(AsBytes(message))), mac);

    const HmacKey moved = std::move(first);
    EXPECT_EQ(Hex(moved.Sign(AsBytes(message))), mac);
  }
}

TEST(HmacKeyTest, SeveralThreadsMaySignAtOnce) {
  const auto& [key, message, mac] = HmacCases().front();
  const HmacKey hmac(AsBytes(key));
  const Sha256Digest expected = hmac.Sign(AsBytes(message));
  std::vector<int> right(4);

  {
    std::vector<std::jthread> threads;
    for (int& count : right) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1'000; ++i) count += hmac.Sign(AsBytes(message)) == expected ? 1 : 0;
      });
    }
  }

  EXPECT_EQ(right, std::vector<int>(4, 1'000));
}

// RFC 5869 appendix A.
struct HkdfCase {
  std::string key;
  std::string salt;
  std::string info;
  std::string out;
};

TEST(HkdfTest, MatchesRfc5869) {
  const std::vector<HkdfCase> cases{
      {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
       "f0f1f2f3f4f5f6f7f8f9",
       "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
      {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c"
       "2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
       "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c"
       "8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
       "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdc"
       "dddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
       "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e"
       "590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"},
      {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
       "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"},
  };
  for (const auto& [key, salt, info, expected] : cases) {
    std::vector<std::byte> out(expected.size() / 2);

    HkdfSha256(Bytes(key), Bytes(salt), Bytes(info), out);

    EXPECT_EQ(Hex(out), expected);
  }
}

TEST(HkdfTest, DeliversAtMost255Blocks) {
  std::vector<std::byte> out(255 * 32);
  EXPECT_NO_THROW(HkdfSha256(AsBytes("key"), {}, {}, out));

  out.resize(out.size() + 1);
  EXPECT_THROW(HkdfSha256(AsBytes("key"), {}, {}, out), CryptoError);
}

TEST(ConstantTimeEqualTest, ComparesLengthAndBytes) {
  EXPECT_TRUE(ConstantTimeEqual({}, {}));
  EXPECT_TRUE(ConstantTimeEqual(AsBytes("abc"), AsBytes("abc")));
  EXPECT_FALSE(ConstantTimeEqual(AsBytes("abc"), AsBytes("abd")));
  EXPECT_FALSE(ConstantTimeEqual(AsBytes("abc"), AsBytes("xbc")));
  EXPECT_FALSE(ConstantTimeEqual(AsBytes("abc"), AsBytes("ab")));
  EXPECT_FALSE(ConstantTimeEqual(AsBytes("abc"), {}));
}

TEST(ConstantTimeEqualTest, LooksAtEveryBitOfADigest) {
  const Sha256Digest digest = Sha256(AsBytes("of something"));
  for (std::size_t bit = 0; bit < digest.size() * 8; ++bit) {
    Sha256Digest other = digest;
    other[bit / 8] ^= std::byte{1} << (bit % 8);
    EXPECT_FALSE(ConstantTimeEqual(digest, other)) << bit;
  }
}

}  // namespace
}  // namespace coffer::crypto
