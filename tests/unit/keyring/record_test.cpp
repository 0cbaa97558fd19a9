#include "keyring/record.h"

#include "base/encoding.h"
#include "support/fake_random.h"
#include "support/hex.h"

#include <gtest/gtest.h>

#include <string>

namespace coffer::keyring {
namespace {

using ByteVector = std::vector<std::byte>;

class RecordTest : public ::testing::Test {
 protected:
  RecordTest() {
    context_.Add(ContextTag::kAccount, "123456789012").Add(ContextTag::kRegion, "eu-central-1");
    header_.purpose = Purpose::kDataKey;
    header_.key_id.fill(std::byte{0xab});
    header_.key_version = 0x01020304;
  }

  [[nodiscard]] ByteVector Seal(std::string_view plaintext) {
    return SealRecord(key_, header_, context_, base::AsBytes(plaintext), random_);
  }

  test::FakeRandom random_;
  crypto::Aead key_{ByteVector(32, std::byte{1})};
  RecordHeader header_;
  BindingContext context_;
};

TEST(BindingContextTest, ItemsAreTagLengthAndBytes) {
  BindingContext context;

  context.Add(ContextTag::kAccount, "ab")
      .Add(ContextTag::kRegion, "")
      .Add(ContextTag::kKeyVersion, 0x01020304U);

  EXPECT_EQ(test::Hex(context.bytes()),
            "0002000000026162"
            "000300000000"
            "00070000000401020304");
}

TEST(BindingContextTest, RefusesMoreThanItHolds) {
  BindingContext context;
  const std::string largest(BindingContext::kCapacity - 6, 'x');

  EXPECT_NO_THROW(context.Add(ContextTag::kSecretArn, largest));
  EXPECT_EQ(context.bytes().size(), BindingContext::kCapacity);

  EXPECT_THROW(context.Add(ContextTag::kRegion, ""), std::length_error);
  EXPECT_THROW(BindingContext().Add(ContextTag::kSecretArn, largest + "x"), std::length_error);
}

TEST_F(RecordTest, HeaderIsLaidOutAsDocumented) {
  const ByteVector record = Seal("12345");

  EXPECT_EQ(record.size(), kRecordOverhead + 5);
  EXPECT_EQ(test::Hex(std::span(record).first(kRecordHeaderSize)),
            "01010300"
            "abababababababababababababababab"
            "01020304"
            "00000005");
}

TEST_F(RecordTest, ParseAnswersTheHeader) {
  const auto parsed = ParseRecord(Seal("text"), Purpose::kDataKey);

  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->purpose, Purpose::kDataKey);
  EXPECT_EQ(parsed->key_id, header_.key_id);
  EXPECT_EQ(parsed->key_version, header_.key_version);
}

TEST_F(RecordTest, OpensWhatWasSealed) {
  for (const std::string text : {"", "a", "a longer text than one block of the cipher"}) {
    const auto opened = OpenRecord(key_, Purpose::kDataKey, context_, Seal(text));
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->ExposeText(), text);
  }
}

TEST_F(RecordTest, AKeyUsedOnceOpensAsAKeyThatIsKept) {
  const ByteVector key(32, std::byte{1});
  const ByteVector record = SealRecordOnce(key, header_, context_, base::AsBytes("text"), random_);

  EXPECT_TRUE(OpenRecord(key_, Purpose::kDataKey, context_, record));
  EXPECT_TRUE(OpenRecordOnce(key, Purpose::kDataKey, context_, record));
  EXPECT_FALSE(OpenRecordOnce(ByteVector(32), Purpose::kDataKey, context_, record));
}

TEST_F(RecordTest, AFlippedByteAnywhereIsRefused) {
  const ByteVector record = Seal("some text");

  for (std::size_t at = 0; at < record.size(); ++at) {
    for (const std::byte change : {std::byte{0x01}, std::byte{0x80}, std::byte{0xff}}) {
      ByteVector edited = record;
      edited[at] ^= change;
      EXPECT_FALSE(OpenRecord(key_, Purpose::kDataKey, context_, edited)) << "byte " << at;
    }
  }
}

TEST_F(RecordTest, ARecordOfAnotherLengthIsRefused) {
  const ByteVector record = Seal("some text");

  for (std::size_t size = 0; size < record.size(); ++size) {
    const auto cut = std::span(record).first(size);
    EXPECT_FALSE(ParseRecord(cut, Purpose::kDataKey)) << size << " bytes";
    EXPECT_FALSE(OpenRecord(key_, Purpose::kDataKey, context_, cut)) << size << " bytes";
  }
  ByteVector longer = record;
  longer.push_back(std::byte{0});
  EXPECT_FALSE(OpenRecord(key_, Purpose::kDataKey, context_, longer));
}

TEST_F(RecordTest, AnotherPurposeContextOrKeyIsRefused) {
  const ByteVector record = Seal("some text");
  BindingContext other_context;
  other_context.Add(ContextTag::kAccount, "123456789012").Add(ContextTag::kRegion, "eu-central-2");
  BindingContext longer_context = context_;
  longer_context.Add(ContextTag::kVersionId, "");

  EXPECT_FALSE(OpenRecord(key_, Purpose::kSecretValue, context_, record));
  EXPECT_FALSE(OpenRecord(key_, Purpose::kDataKey, other_context, record));
  EXPECT_FALSE(OpenRecord(key_, Purpose::kDataKey, longer_context, record));
  EXPECT_FALSE(OpenRecord(key_, Purpose::kDataKey, BindingContext(), record));
  EXPECT_FALSE(OpenRecord(crypto::Aead(ByteVector(32)), Purpose::kDataKey, context_, record));
}

}  // namespace
}  // namespace coffer::keyring
