#include "crypto/aead.h"

#include "base/encoding.h"
#include "crypto/crypto_error.h"
#include "support/fake_random.h"
#include "support/hex.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace coffer::crypto {
namespace {

using base::AsBytes;
using test::Bytes;
using test::Hex;
using ByteVector = std::vector<std::byte>;

/// Hands out the bytes it was given.
class FixedRandom final : public Random {
 public:
  explicit FixedRandom(ByteVector bytes) : bytes_(std::move(bytes)) {}
  void Fill(std::span<std::byte> out) override { std::ranges::copy(bytes_, out.begin()); }

 private:
  ByteVector bytes_;
};

ByteVector Key(int fill) { return ByteVector(kAeadKeySize, static_cast<std::byte>(fill)); }

ByteVector Seal(const Aead& aead, std::string_view associated_data, std::string_view plaintext) {
  test::FakeRandom random;
  ByteVector sealed(plaintext.size() + kAeadOverhead);
  aead.Seal(random, AsBytes(associated_data), AsBytes(plaintext), sealed);
  return sealed;
}

std::optional<std::string> Open(const Aead& aead, std::string_view associated_data,
                                std::span<const std::byte> sealed) {
  ByteVector plaintext(sealed.size() - kAeadOverhead);
  if (!aead.Open(AsBytes(associated_data), sealed, plaintext)) return std::nullopt;
  return std::string(base::AsText(plaintext));
}

// "The Galois/Counter Mode of Operation", McGrew and Viega, appendix B, test cases 13 to 16: those
// with 256-bit keys and 96-bit nonces.
struct GcmCase {
  std::string key;
  std::string nonce;
  std::string associated_data;
  std::string plaintext;
  std::string ciphertext_and_tag;
};

const std::vector<GcmCase>& GcmCases() {
  static const std::string zero_key(64, '0');
  static const std::string zero_nonce(24, '0');
  static const std::string key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
  static const std::string nonce = "cafebabefacedbaddecaf888";
  static const std::vector<GcmCase> cases{
      {zero_key, zero_nonce, "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
      {zero_key, zero_nonce, "", "00000000000000000000000000000000",
       "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
      {key, nonce, "",
       "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449"
       "a6b525b16aedf5aa0de657ba637b391aafd255",
       "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056"
       "828838c5f61e6393ba7a0abcc9f662898015adb094dac5d93471bdec1a502270e3cc6c"},
      {key, nonce, "feedfacedeadbeeffeedfacedeadbeefabaddad2",
       "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449"
       "a6b525b16aedf5aa0de657ba637b39",
       "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056"
       "828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"},
  };
  return cases;
}

TEST(AeadTest, OpensPublishedMessages) {
  for (const GcmCase& vector : GcmCases()) {
    const ByteVector sealed = Bytes(vector.nonce + vector.ciphertext_and_tag);
    ByteVector plaintext(sealed.size() - kAeadOverhead);

    EXPECT_TRUE(Aead(Bytes(vector.key)).Open(Bytes(vector.associated_data), sealed, plaintext));
    EXPECT_EQ(Hex(plaintext), vector.plaintext);

    std::ranges::fill(plaintext, std::byte{0});
    EXPECT_TRUE(OpenOnce(Bytes(vector.key), Bytes(vector.associated_data), sealed, plaintext));
    EXPECT_EQ(Hex(plaintext), vector.plaintext);
  }
}

TEST(AeadTest, SealsAsPublished) {
  for (const GcmCase& vector : GcmCases()) {
    FixedRandom random(Bytes(vector.nonce));
    const ByteVector plaintext = Bytes(vector.plaintext);
    ByteVector sealed(plaintext.size() + kAeadOverhead);

    Aead(Bytes(vector.key)).Seal(random, Bytes(vector.associated_data), plaintext, sealed);

    EXPECT_EQ(Hex(sealed), vector.nonce + vector.ciphertext_and_tag);
  }
}

TEST(AeadTest, OpensWhatItSealed) {
  const Aead aead(Key(1));

  for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 1'000U, 65'536U}) {
    const std::string plaintext(size, 'x');
    EXPECT_EQ(Open(aead, "context", Seal(aead, "context", plaintext)), plaintext);
  }
}

TEST(AeadTest, EachSealingHasANonceOfItsOwn) {
  const Aead aead(Key(1));
  test::FakeRandom random;
  ByteVector first(kAeadOverhead);
  ByteVector second(kAeadOverhead);

  aead.Seal(random, {}, {}, first);
  aead.Seal(random, {}, {}, second);

  EXPECT_NE(Hex(std::span(first).first(kAeadNonceSize)),
            Hex(std::span(second).first(kAeadNonceSize)));
}

TEST(AeadTest, AFlippedBitAnywhereIsRefused) {
  const Aead aead(Key(1));
  const ByteVector sealed = Seal(aead, "context", "a plaintext of some length");

  for (std::size_t at = 0; at < sealed.size() * 8; ++at) {
    ByteVector edited = sealed;
    edited[at / 8] ^= std::byte{1} << (at % 8);
    EXPECT_EQ(Open(aead, "context", edited), std::nullopt) << "bit " << at;
  }
  EXPECT_EQ(Open(aead, "context", sealed), "a plaintext of some length");
}

TEST(AeadTest, AnotherContextOrKeyIsRefused) {
  const Aead aead(Key(1));
  const ByteVector sealed = Seal(aead, "context", "text");

  EXPECT_EQ(Open(aead, "Context", sealed), std::nullopt);
  EXPECT_EQ(Open(aead, "", sealed), std::nullopt);
  EXPECT_EQ(Open(Aead(Key(2)), "context", sealed), std::nullopt);
}

TEST(AeadTest, ARefusedPlaintextIsWiped) {
  const Aead aead(Key(1));
  ByteVector sealed = Seal(aead, "", "plaintext");
  sealed.back() ^= std::byte{1};
  ByteVector plaintext(sealed.size() - kAeadOverhead, std::byte{7});

  EXPECT_FALSE(aead.Open({}, sealed, plaintext));

  EXPECT_EQ(plaintext, ByteVector(plaintext.size()));
}

TEST(AeadTest, AMessageShorterThanItsOverheadIsRefused) {
  const Aead aead(Key(1));

  for (std::size_t size = 0; size < kAeadOverhead; ++size) {
    EXPECT_FALSE(aead.Open({}, ByteVector(size), {}));
  }
}

TEST(AeadTest, ManyKeysInTurnDoNotDisturbEachOther) {
  std::vector<Aead> keys;
  for (int i = 0; i < 50; ++i) keys.emplace_back(Key(i));
  std::vector<ByteVector> sealed;
  for (const Aead& key : keys) sealed.push_back(Seal(key, "", "text"));

  for (std::size_t key = 0; key < keys.size(); ++key) {
    for (std::size_t message = 0; message < sealed.size(); ++message) {
      EXPECT_EQ(Open(keys[key], "", sealed[message]).has_value(), key == message);
    }
  }
}

TEST(AeadTest, ANewKeyIsNeverTakenForADestroyedOne) {
  const ByteVector sealed = Seal(Aead(Key(1)), "", "text");

  for (int i = 2; i < 100; ++i) {
    EXPECT_TRUE(Open(Aead(Key(1)), "", sealed).has_value());
    EXPECT_FALSE(Open(Aead(Key(i)), "", sealed).has_value());
  }
}

TEST(AeadTest, SeveralThreadsMayUseOneKey) {
  const Aead aead(Key(1));
  const ByteVector sealed = Seal(aead, "context", "text");
  std::vector<int> opened(4);

  {
    std::vector<std::jthread> threads;
    for (int& count : opened) {
      threads.emplace_back([&] {
        for (int i = 0; i < 500; ++i) count += Open(aead, "context", sealed) == "text" ? 1 : 0;
      });
    }
  }

  EXPECT_EQ(opened, std::vector<int>(4, 500));
}

TEST(AeadTest, WrongSizesOfTheCallerAreErrors) {
  test::FakeRandom random;
  const Aead aead(Key(1));
  ByteVector sealed = Seal(aead, "", "text");
  ByteVector too_long(5);

  EXPECT_THROW(Aead(ByteVector(16)), CryptoError);
  EXPECT_THROW((void)OpenOnce(ByteVector(16), {}, sealed, too_long), CryptoError);
  EXPECT_THROW((void)aead.Open({}, sealed, too_long), CryptoError);
  EXPECT_THROW(aead.Seal(random, {}, AsBytes("text"), too_long), CryptoError);
}

}  // namespace
}  // namespace coffer::crypto
