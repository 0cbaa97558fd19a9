#include "keyring/ciphertext.h"

#include "base/encoding.h"
#include "keyring_fixture.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::keyring {
namespace {

const EncryptionContext kContext{{"purpose", "test"}, {"department", "10103.0"}};

class CiphertextTest : public ::testing::Test {
 protected:
  CiphertextTest() : key_(NewKey()) {}

  store::KeyRow NewKey() {
    return database_.Write(
        [&](Transaction& transaction) { return keyring_.Create(transaction, kAccount, kRegion); });
  }
  std::vector<std::byte> Seal(std::string_view text, const EncryptionContext& context = kContext) {
    return database_.Read([&](Transaction& transaction) {
      return SealCiphertext(keyring_, transaction, key_, context, base::AsBytes(text), random_);
    });
  }
  /// The plaintext, or `refused`.
  std::string Open(const std::vector<std::byte>& blob,
                   const EncryptionContext& context = kContext) {
    return database_.Read([&](Transaction& transaction) {
      const auto opened = OpenCiphertext(keyring_, transaction, key_, context, blob);
      return opened ? std::string(opened->ExposeText()) : std::string("refused");
    });
  }
  void Rotate() {
    (void)database_.Write([&](Transaction& transaction) {
      keyring_.Rotate(transaction, key_);
      return true;
    });
  }

  MemoryDatabase database_;
  test::FakeRandom random_;
  test::FakeClock clock_;
  Keyring keyring_{database_.get(), MasterKey(), random_, clock_};
  store::KeyRow key_;
};

TEST_F(CiphertextTest, OpensWhatWasSealed) {
  const auto blob = Seal("a message");

  EXPECT_EQ(Open(blob), "a message");
  EXPECT_EQ(blob.size(), 9 + kRecordOverhead + 32);
  EXPECT_EQ(ParseCiphertext(blob)->key_id, key_.id);
  EXPECT_EQ(ParseCiphertext(blob)->key_version, 1U);
  EXPECT_NE(Seal("a message"), blob);
  EXPECT_EQ(Open(Seal(std::string(4096, 'x'))), std::string(4096, 'x'));
  EXPECT_LE(Seal(std::string(4096, 'x')).size(), 6144U);
}

TEST_F(CiphertextTest, NoByteMayChange) {
  const auto blob = Seal("a message");
  for (std::size_t at = 0; at < blob.size(); ++at) {
    auto changed = blob;
    changed[at] ^= std::byte{1};
    EXPECT_EQ(Open(changed), "refused") << at;
  }
  for (std::size_t size = 0; size < blob.size(); ++size) {
    EXPECT_EQ(Open({blob.begin(), blob.begin() + static_cast<std::ptrdiff_t>(size)}), "refused");
  }
}

TEST_F(CiphertextTest, TheContextMustBeTheSame) {
  const auto blob = Seal("a message");
  const EncryptionContext others[] = {
      {},
      {{"purpose", "test"}},
      {{"purpose", "test"}, {"department", "10103.1"}},
      {{"purpose", "test"}, {"Department", "10103.0"}},
      {{"purpose", "test"}, {"department", "10103.0"}, {"more", ""}},
      // The same characters in a row.
      {{"department", "10103.0purposetest"}},
      {{"department1", "0103.0"}, {"purpose", "test"}},
  };
  for (const EncryptionContext& other : others) EXPECT_EQ(Open(blob, other), "refused");
  EXPECT_EQ(Open(Seal("m", {}), {}), "m");
  EXPECT_EQ(Open(Seal("m", {}), {{"", ""}}), "refused");
}

TEST_F(CiphertextTest, AnotherKeyOpensNothing) {
  const auto blob = Seal("a message");
  key_ = NewKey();
  EXPECT_EQ(Open(blob), "refused");
}

TEST_F(CiphertextTest, OlderMaterialStillOpens) {
  const auto before = Seal("before");
  Rotate();
  const auto after = Seal("after");

  EXPECT_EQ(ParseCiphertext(after)->key_version, 2U);
  EXPECT_EQ(Open(before), "before");
  EXPECT_EQ(Open(after), "after");
}

TEST_F(CiphertextTest, OfAValueOfASecretItIsNot) {
  const auto record = SealRecordOnce(SecretBytes(32).Expose(), {Purpose::kSecretValue, key_.id, 1},
                                     {}, base::AsBytes("v"), random_);
  EXPECT_FALSE(ParseCiphertext(record).has_value());
  EXPECT_EQ(Open(record), "refused");
}

}  // namespace
}  // namespace coffer::keyring
