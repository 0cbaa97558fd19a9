#include "keyring/envelope.h"

#include "base/log.h"
#include "keyring/record.h"
#include "keyring_fixture.h"
#include "support/matchers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

namespace coffer::keyring {
namespace {

constexpr std::string_view kVersionId = "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE";
constexpr std::string_view kRefusal =
    "Secrets Manager can't decrypt the protected secret text using the provided KMS key.";

secrets::Secret SecretNamed(std::string name) {
  secrets::Secret secret;
  secret.address = {std::string(kAccount), std::string(kRegion), std::move(name)};
  secret.arn_suffix = "aB3dE9";
  return secret;
}

Value Text(std::string_view text) { return {ValueKind::kText, SecretBytes::FromText(text)}; }

class EnvelopeTest : public ::testing::Test {
 protected:
  EnvelopeTest() { base::log::SetLevel(base::log::Level::kOff); }
  ~EnvelopeTest() override { base::log::SetLevel(base::log::Level::kInfo); }

  [[nodiscard]] UsableKey KeyOf(const secrets::Secret& secret) {
    return database_.Write([&](Transaction& transaction) {
      return keyring_.DefaultKey(transaction, secret.address.account, secret.address.region);
    });
  }
  [[nodiscard]] store::SealedValue Seal(const Value& value) {
    return envelope_.Seal(secret_, kVersionId, KeyOf(secret_), value);
  }
  [[nodiscard]] Result<Value> Open(const store::SealedValue& sealed) {
    return Open(secret_, kVersionId, sealed);
  }
  [[nodiscard]] Result<Value> Open(const secrets::Secret& secret, std::string_view version_id,
                                   const store::SealedValue& sealed) {
    return database_.Read([&](Transaction& transaction) {
      return envelope_.Open(transaction, secret, version_id, sealed);
    });
  }
  static void ExpectRefused(const Result<Value>& result, std::string_view why) {
    EXPECT_THAT(result, test::FailsWith(ErrorCode::kDecryptionFailure, kRefusal)) << why;
  }

  MemoryDatabase database_;
  test::FakeRandom random_;
  test::FakeClock clock_;
  Keyring keyring_{database_.get(), MasterKey(), random_, clock_};
  Envelope envelope_{keyring_, random_};
  const secrets::Secret secret_ = SecretNamed("prod/database");
};

TEST_F(EnvelopeTest, OpensWhatItSealed) {
  for (const ValueKind kind : {ValueKind::kText, ValueKind::kBinary}) {
    for (const std::size_t size : {0U, 1U, 58U, 59U, 60U, 123U, 1'024U, 65'536U}) {
      const Value value{kind, SecretBytes::FromText(std::string(size, 'x'))};

      const auto opened = Open(Seal(value));

      ASSERT_THAT(opened, test::IsOk());
      EXPECT_TRUE(SameValue(*opened, value)) << size << " bytes";
    }
  }
}

TEST_F(EnvelopeTest, ASizeTellsTheLengthOnlyTo64Bytes) {
  const auto plaintext_size = [&](std::size_t size) {
    return Seal(Text(std::string(size, 'x'))).record.size() - kRecordOverhead;
  };

  EXPECT_EQ(plaintext_size(0), 64U);
  EXPECT_EQ(plaintext_size(59), 64U);
  EXPECT_EQ(plaintext_size(60), 128U);
  EXPECT_EQ(plaintext_size(123), 128U);
  EXPECT_EQ(plaintext_size(124), 192U);
}

TEST_F(EnvelopeTest, EverySealingHasADataKeyOfItsOwn) {
  const store::SealedValue first = Seal(Text("value"));
  const store::SealedValue second = Seal(Text("value"));

  EXPECT_NE(first.wrapped_data_key, second.wrapped_data_key);
  EXPECT_NE(first.record, second.record);
  store::SealedValue mixed = first;
  mixed.wrapped_data_key = second.wrapped_data_key;
  ExpectRefused(Open(mixed), "data key of another sealing");
}

TEST_F(EnvelopeTest, SealedValueNamesItsKey) {
  const UsableKey key = KeyOf(secret_);
  const store::SealedValue sealed = Seal(Text("value"));

  EXPECT_EQ(sealed.key_id, key.id);
  EXPECT_EQ(sealed.key_version, key.version);
  const auto header = ParseRecord(sealed.wrapped_data_key, Purpose::kDataKey);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->key_id, key.id);
  EXPECT_EQ(header->key_version, key.version);
}

TEST_F(EnvelopeTest, OpenFailsInAnotherPlace) {
  const store::SealedValue sealed = Seal(Text("value"));
  secrets::Secret other_account = secret_;
  other_account.address.account = "999999999999";
  secrets::Secret other_region = secret_;
  other_region.address.region = "us-east-1";
  secrets::Secret other_suffix = secret_;
  other_suffix.arn_suffix = "aB3dE8";

  ExpectRefused(Open(secret_, "EXAMPLE2-90ab-cdef-fedc-ba987EXAMPLE", sealed), "version");
  ExpectRefused(Open(SecretNamed("prod/Database"), kVersionId, sealed), "name");
  ExpectRefused(Open(other_suffix, kVersionId, sealed), "suffix");
  ExpectRefused(Open(other_account, kVersionId, sealed), "account");
  ExpectRefused(Open(other_region, kVersionId, sealed), "region");
  EXPECT_THAT(Open(sealed), test::IsOk());
}

TEST_F(EnvelopeTest, OpenFailsInAnotherInstallationWithTheSameMasterKey) {
  const store::SealedValue sealed = Seal(Text("value"));
  const auto [key, version] = database_.Read([&](Transaction& transaction) {
    const store::KeyStore& keys = keyring_.key_store();
    return std::pair(keys.FindKey(transaction, sealed.key_id).value(),
                     keys.FindKeyVersion(transaction, sealed.key_id, sealed.key_version).value());
  });
  MemoryDatabase other_database;
  test::FakeRandom other_random(2);
  Keyring other_keyring(other_database.get(), MasterKey(), other_random, clock_);
  other_database.get().Write([&, &moved_key = key, &moved_version = version](Transaction& to) {
    store::KeyStore(other_keyring.row_mac()).InsertKey(to, moved_key, moved_version);
  });

  const auto open = [&](Transaction& transaction) {
    return Envelope(other_keyring, other_random).Open(transaction, secret_, kVersionId, sealed);
  };

  EXPECT_THROW((void)other_database.Read(open), store::IntegrityError);
}

TEST_F(EnvelopeTest, OpenFailsWithAnotherKey) {
  const store::SealedValue sealed = Seal(Text("value"));
  const UsableKey other = database_.Write([&](Transaction& transaction) {
    return keyring_.Newest(transaction,
                           keyring_.Resolve(transaction, kAccount, kRegion, "other", true).value());
  });
  store::SealedValue other_row = sealed;
  other_row.key_id = other.id;
  store::SealedValue other_row_and_header = other_row;
  std::ranges::copy(other.id, other_row_and_header.wrapped_data_key.begin() + 4);
  store::SealedValue other_version = sealed;
  other_version.key_version = 2;

  ExpectRefused(Open(other_row), "key of the row");
  ExpectRefused(Open(other_row_and_header), "key of row and header");
  ExpectRefused(Open(other_version), "version of the row");
}

TEST_F(EnvelopeTest, AFlippedByteAnywhereIsRefused) {
  const store::SealedValue sealed = Seal(Text("value"));

  for (std::size_t at = 0; at < sealed.wrapped_data_key.size(); ++at) {
    store::SealedValue edited = sealed;
    edited.wrapped_data_key[at] ^= std::byte{1};
    ExpectRefused(Open(edited), "data key, byte " + std::to_string(at));
  }
  for (std::size_t at = 0; at < sealed.record.size(); ++at) {
    store::SealedValue edited = sealed;
    edited.record[at] ^= std::byte{1};
    ExpectRefused(Open(edited), "value, byte " + std::to_string(at));
  }
}

TEST_F(EnvelopeTest, ACutRecordIsRefused) {
  const store::SealedValue sealed = Seal(Text("value"));

  for (std::size_t size = 0; size < sealed.wrapped_data_key.size(); ++size) {
    store::SealedValue cut = sealed;
    cut.wrapped_data_key.resize(size);
    ExpectRefused(Open(cut), "data key of " + std::to_string(size) + " bytes");
  }
  for (std::size_t size = 0; size < sealed.record.size(); ++size) {
    store::SealedValue cut = sealed;
    cut.record.resize(size);
    ExpectRefused(Open(cut), "value of " + std::to_string(size) + " bytes");
  }
}

TEST_F(EnvelopeTest, RecordsDoNotOpenInEachOthersPlace) {
  store::SealedValue swapped = Seal(Text("value"));
  std::swap(swapped.record, swapped.wrapped_data_key);

  ExpectRefused(Open(swapped), "swapped records");
}

TEST(SameValueTest, ComparesKindAndBytes) {
  EXPECT_TRUE(SameValue(Text("a"), Text("a")));
  EXPECT_FALSE(SameValue(Text("a"), Text("b")));
  EXPECT_FALSE(SameValue(Text("a"), Text("aa")));
  EXPECT_FALSE(SameValue(Text("a"), {ValueKind::kBinary, SecretBytes::FromText("a")}));
}

}  // namespace
}  // namespace coffer::keyring
