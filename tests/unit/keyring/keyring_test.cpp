#include "keyring/keyring.h"

#include "base/encoding.h"
#include "keyring/key_name.h"
#include "keyring/master_key.h"
#include "keyring_fixture.h"
#include "secrets/messages.h"
#include "support/hex.h"
#include "support/matchers.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace coffer::keyring {
namespace {

constexpr std::string_view kUnknownKey = "my-key";

class KeyringTest : public ::testing::Test {
 protected:
  [[nodiscard]] Keyring Open(int master = 1) {
    return Keyring(database_.get(), MasterKey(master), random_, clock_);
  }
  [[nodiscard]] UsableKey DefaultKey(Keyring& keyring, std::string_view account = kAccount,
                                     std::string_view region = kRegion) {
    return database_.Write(
        [&](Transaction& transaction) { return keyring.DefaultKey(transaction, account, region); });
  }
  /// What a KmsKeyId names, ready for use.
  struct ResolvedKey {
    UsableKey key;
    bool is_default;
  };
  [[nodiscard]] Result<ResolvedKey> Resolve(Keyring& keyring, std::string_view kms_key_id,
                                            bool create_unknown = true,
                                            std::string_view account = kAccount,
                                            std::string_view region = kRegion) {
    return database_.Write([&](Transaction& transaction) -> Result<ResolvedKey> {
      const auto row = keyring.Resolve(transaction, account, region, kms_key_id, create_unknown);
      if (!row) return std::unexpected(row.error());
      return ResolvedKey{keyring.Newest(transaction, *row), row->is_default};
    });
  }
  [[nodiscard]] UsableKey Find(Keyring& keyring, const UsableKey& key) {
    return database_.Read(
        [&](Transaction& transaction) { return keyring.Find(transaction, key.id, key.version); });
  }
  [[nodiscard]] std::string DisplayName(Keyring& keyring, const UsableKey& key) {
    return database_.Read(
        [&](Transaction& transaction) { return keyring.DisplayName(transaction, key.id); });
  }
  /// Whether what `a` seals opens under `b`.
  [[nodiscard]] bool AreSame(const UsableKey& a, const UsableKey& b) {
    std::vector<std::byte> sealed(crypto::kAeadOverhead);
    a.aead->Seal(random_, {}, {}, sealed);
    return b.aead->Open({}, sealed, {});
  }

  MemoryDatabase database_;
  test::FakeRandom random_;
  test::FakeClock clock_;
};

TEST_F(KeyringTest, ANewDatabaseGetsInstallationIdAndKeys) {
  const Keyring keyring = Open();

  EXPECT_EQ(keyring.installation_id().size(), 16U);
  EXPECT_EQ(database_.Meta("installation_id"),
            std::vector(keyring.installation_id().begin(), keyring.installation_id().end()));
  EXPECT_EQ(database_.Meta("master_key_version"), test::Bytes("00000001"));
  EXPECT_EQ(database_.Meta("row_mac_key")->size(), 88U);
}

TEST_F(KeyringTest, OpeningAgainFindsTheSameInstallation) {
  const auto row = base::AsBytes("a row");
  const Keyring first = Open();
  const Keyring second = Open();

  EXPECT_EQ(test::Hex(first.installation_id()), test::Hex(second.installation_id()));
  EXPECT_EQ(first.row_mac().Compute(row), second.row_mac().Compute(row));
}

TEST_F(KeyringTest, AWrongMasterKeyIsRefusedAndNothingWritten) {
  (void)Open(1);
  const auto row_mac_key = database_.Meta("row_mac_key");

  EXPECT_THROW((void)Open(2), MasterKeyError);

  EXPECT_EQ(database_.Meta("row_mac_key"), row_mac_key);
  EXPECT_NO_THROW((void)Open(1));
}

TEST_F(KeyringTest, AnEditedInstallationIsRefused) {
  (void)Open();
  const std::string_view keys[] = {"installation_id", "master_key_version", "row_mac_key"};

  for (const std::string_view key : keys) {
    const auto original = database_.Meta(key).value();
    for (std::size_t at = 0; at < original.size(); ++at) {
      auto edited = original;
      edited[at] ^= std::byte{1};
      database_.PutMeta(key, edited);
      EXPECT_THROW((void)Open(), MasterKeyError) << key << ", byte " << at;
    }
    database_.PutMeta(key, std::span(original).first(3));
    EXPECT_THROW((void)Open(), std::runtime_error) << key;
    database_.PutMeta(key, original);
  }
  EXPECT_NO_THROW((void)Open());
}

TEST_F(KeyringTest, AnIncompleteInstallationIsNotMadeAnew) {
  database_.PutMeta("installation_id", std::vector<std::byte>(16));

  EXPECT_THROW((void)Open(), store::IntegrityError);
}

TEST_F(KeyringTest, RowMacCoversEveryByteOfRowAndTag) {
  const Keyring keyring = Open();
  const auto tag = keyring.row_mac().Compute(base::AsBytes("row"));

  EXPECT_TRUE(keyring.row_mac().Verify(base::AsBytes("row"), tag));
  EXPECT_FALSE(keyring.row_mac().Verify(base::AsBytes("Row"), tag));
  EXPECT_FALSE(keyring.row_mac().Verify(base::AsBytes("row"), std::span(tag).first(15)));
  for (std::size_t at = 0; at < tag.size(); ++at) {
    auto edited = tag;
    edited[at] ^= std::byte{1};
    EXPECT_FALSE(keyring.row_mac().Verify(base::AsBytes("row"), edited));
  }
}

TEST_F(KeyringTest, DefaultKeyIsMadeOnceForAccountAndRegion) {
  Keyring keyring = Open();

  const UsableKey key = DefaultKey(keyring);

  EXPECT_EQ(key.version, 1U);
  EXPECT_EQ(DefaultKey(keyring).id, key.id);
  EXPECT_NE(DefaultKey(keyring, "999999999999").id, key.id);
  EXPECT_NE(DefaultKey(keyring, kAccount, "us-east-1").id, key.id);
  EXPECT_EQ(DisplayName(keyring, key), "DefaultEncryptionKey");
}

TEST_F(KeyringTest, KeysAreFoundAgainAfterARestart) {
  Keyring before = Open();
  const UsableKey default_key = DefaultKey(before);
  const UsableKey named_key = Resolve(before, kUnknownKey)->key;

  Keyring after = Open();

  EXPECT_TRUE(AreSame(default_key, DefaultKey(after)));
  EXPECT_TRUE(AreSame(named_key, Resolve(after, kUnknownKey, false)->key));
  EXPECT_TRUE(AreSame(named_key, Find(after, named_key)));
  EXPECT_FALSE(AreSame(default_key, named_key));
}

TEST_F(KeyringTest, DefaultKeyHasAnAliasAndAName) {
  Keyring keyring = Open();
  const UsableKey key = DefaultKey(keyring);
  const std::string name = database_
                               .Read([&](Transaction& transaction) {
                                 return keyring.key_store().FindKey(transaction, key.id);
                               })
                               ->name;

  for (const std::string& kms_key_id :
       {std::string(kDefaultKeyAlias),
        "arn:aws:kms:eu-central-1:123456789012:" + std::string(kDefaultKeyAlias), name,
        "arn:aws:kms:eu-central-1:123456789012:key/" + name}) {
    const auto resolved = Resolve(keyring, kms_key_id, false);
    ASSERT_THAT(resolved, test::IsOk()) << kms_key_id;
    EXPECT_EQ(resolved->key.id, key.id) << kms_key_id;
    EXPECT_TRUE(resolved->is_default) << kms_key_id;
  }
}

TEST_F(KeyringTest, AnUnknownKeyIsMadeOnlyWhenAsked) {
  Keyring keyring = Open();
  const ApiError not_found = KeyNotFound(kUnknownKey);

  EXPECT_THAT(Resolve(keyring, kUnknownKey, false),
              test::FailsWith(not_found.code, not_found.message));

  const auto made = Resolve(keyring, kUnknownKey, true);
  ASSERT_THAT(made, test::IsOk());
  EXPECT_FALSE(made->is_default);
  EXPECT_EQ(DisplayName(keyring, made->key), "arn:aws:kms:eu-central-1:123456789012:key/my-key");
  EXPECT_EQ(Resolve(keyring, kUnknownKey, false)->key.id, made->key.id);
  EXPECT_EQ(Resolve(keyring, "arn:aws:kms:eu-central-1:123456789012:key/my-key", false)->key.id,
            made->key.id);
}

TEST_F(KeyringTest, AnUnknownAliasGetsAKeyWithANameOfItsOwn) {
  Keyring keyring = Open();

  EXPECT_THAT(Resolve(keyring, "alias/mine", false),
              test::FailsWithCode(ErrorCode::kResourceNotFound));
  const auto made = Resolve(keyring, "alias/mine", true);
  ASSERT_THAT(made, test::IsOk());

  const std::string arn = DisplayName(keyring, made->key);
  EXPECT_EQ(arn.size(), std::string_view("arn:aws:kms:eu-central-1:123456789012:key/").size() + 36);
  EXPECT_EQ(Resolve(keyring, "arn:aws:kms:eu-central-1:123456789012:alias/mine", false)->key.id,
            made->key.id);
  EXPECT_EQ(Resolve(keyring, arn, false)->key.id, made->key.id);
  EXPECT_THAT(Resolve(keyring, "mine", false), test::FailsWithCode(ErrorCode::kResourceNotFound));
}

TEST_F(KeyringTest, KeysOfOtherAccountsAndRegionsAreNotSeen) {
  Keyring keyring = Open();
  const auto key = Resolve(keyring, kUnknownKey);
  ASSERT_THAT(key, test::IsOk());

  EXPECT_THAT(Resolve(keyring, kUnknownKey, false, "999999999999"),
              test::FailsWithCode(ErrorCode::kResourceNotFound));
  EXPECT_THAT(Resolve(keyring, kUnknownKey, false, kAccount, "us-east-1"),
              test::FailsWithCode(ErrorCode::kResourceNotFound));
  // Of another account a key may be named, and its policy decides; none is made, and what is not
  // there is not told.
  const std::string arn = DisplayName(keyring, key->key);
  EXPECT_EQ(Resolve(keyring, arn, true, "999999999999")->key.id, key->key.id);
  for (const std::string other : {"key/none", "alias/none", "alias/aws/secretsmanager"}) {
    EXPECT_THAT(Resolve(keyring, arn.substr(0, arn.find("key/")) + other, true, "999999999999"),
                test::FailsWith(ErrorCode::kAccessDenied, "Access to KMS is not allowed"))
        << other;
  }
  EXPECT_THAT(Resolve(keyring, DisplayName(keyring, key->key), true, kAccount, "us-east-1"),
              test::FailsWithCode(ErrorCode::kInvalidParameter));
}

TEST_F(KeyringTest, AKeyMadeInARolledBackTransactionDoesNotExist) {
  Keyring keyring = Open();
  UsableKey lost;
  EXPECT_THROW(database_.get().Write([&](Transaction& transaction) {
    lost.id = keyring.Resolve(transaction, kAccount, kRegion, kUnknownKey, true)->id;
    throw std::runtime_error("undo");
  }),
               std::runtime_error);

  EXPECT_THAT(Resolve(keyring, kUnknownKey, false),
              test::FailsWithCode(ErrorCode::kResourceNotFound));
  const auto made = Resolve(keyring, kUnknownKey, true);
  ASSERT_THAT(made, test::IsOk());
  EXPECT_NE(made->key.id, lost.id);
}

TEST_F(KeyringTest, AKeyThatNoRowHoldsIsAnIntegrityError) {
  Keyring keyring = Open();
  UsableKey key = DefaultKey(keyring);
  key.version = 2;
  EXPECT_THROW((void)Find(keyring, key), store::IntegrityError);

  key.id.fill(std::byte{9});
  EXPECT_THROW((void)Find(keyring, key), store::IntegrityError);
  EXPECT_THROW((void)DisplayName(keyring, key), store::IntegrityError);
}

TEST_F(KeyringTest, AKeyRecordMovedToAnotherRegionDoesNotOpen) {
  Keyring keyring = Open();
  const UsableKey key = DefaultKey(keyring);
  store::KeyRow moved;
  moved.id.fill(std::byte{5});
  moved.account = kAccount;
  moved.region = "us-east-1";
  moved.name = "moved";
  (void)database_.Write([&](Transaction& transaction) {
    auto version = keyring.key_store().FindKeyVersion(transaction, key.id, key.version).value();
    version.id = moved.id;
    store::KeyStore(keyring.row_mac()).InsertKey(transaction, moved, version);
    return true;
  });

  EXPECT_THROW((void)Resolve(keyring, "moved", false, kAccount, "us-east-1"),
               store::IntegrityError);
}

TEST_F(KeyringTest, ARotatedKeySealsAnewAndOpensWhatWasSealed) {
  Keyring keyring = Open();
  const UsableKey before = DefaultKey(keyring);
  (void)database_.Write([&](Transaction& transaction) {
    store::KeyRow row = keyring.key_store().FindKey(transaction, before.id).value();
    keyring.Rotate(transaction, row);
    return row.primary_version;
  });

  Keyring restarted = Open();
  for (Keyring* same : {&keyring, &restarted}) {
    const UsableKey after = DefaultKey(*same);
    EXPECT_EQ(after.id, before.id);
    EXPECT_EQ(after.version, 2U);
    EXPECT_FALSE(AreSame(before, after));
    EXPECT_TRUE(AreSame(before, Find(*same, before)));
  }
}

// Who writes in the same group may use the new version before it is known that there will be none.
TEST_F(KeyringTest, AVersionThatWasRolledBackIsForgotten) {
  Keyring keyring = Open();
  const UsableKey first = DefaultKey(keyring);
  const auto rotate = [&](Transaction& transaction) {
    store::KeyRow row = keyring.key_store().FindKey(transaction, first.id).value();
    keyring.Rotate(transaction, row);
    return keyring.Newest(transaction, row);
  };
  UsableKey lost;
  EXPECT_THROW(database_.get().Write([&](Transaction& transaction) {
    lost = rotate(transaction);
    throw std::runtime_error("undo");
  }),
               std::runtime_error);

  const UsableKey kept = database_.Write(rotate);

  EXPECT_EQ(kept.version, lost.version);
  EXPECT_FALSE(AreSame(lost, kept));
  EXPECT_TRUE(AreSame(kept, DefaultKey(keyring)));
}

TEST_F(KeyringTest, ADestroyedKeyIsNowhere) {
  Keyring keyring = Open();
  const UsableKey key = Resolve(keyring, "alias/mine")->key;
  (void)database_.Write([&](Transaction& transaction) {
    store::KeyRow row = keyring.key_store().FindKey(transaction, key.id).value();
    keyring.Rotate(transaction, row);
    keyring.Destroy(transaction, row);
    return true;
  });

  EXPECT_THROW((void)Find(keyring, key), store::IntegrityError);
  const auto row = database_.Read(
      [&](Transaction& transaction) { return keyring.key_store().FindKey(transaction, key.id); });
  EXPECT_TRUE(row->is_destroyed());
  EXPECT_THAT(Resolve(keyring, "alias/mine", false),
              test::FailsWithCode(ErrorCode::kResourceNotFound));
}

class AccessKeyTest : public KeyringTest {
 protected:
  AccessKeyTest() {
    row_.access_key_id = "AKIAIOSFODNN7EXAMPLE";
    row_.account = kAccount;
    row_.sealed_secret =
        keyring_.SealAccessKey(row_.access_key_id, row_.account, SecretBytes::FromText("secret"));
  }

  Keyring keyring_{database_.get(), MasterKey(), random_, clock_};
  store::AccessKeyRow row_;
};

TEST_F(AccessKeyTest, OpensWhatWasSealed) {
  const auto secret = keyring_.OpenAccessKey(row_);

  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->ExposeText(), "secret");
}

TEST_F(AccessKeyTest, BelongsToItsIdAndAccount) {
  store::AccessKeyRow other_id = row_;
  other_id.access_key_id = "AKIAIOSFODNN7EXAMPLF";
  store::AccessKeyRow other_account = row_;
  other_account.account = "999999999999";

  EXPECT_FALSE(keyring_.OpenAccessKey(other_id));
  EXPECT_FALSE(keyring_.OpenAccessKey(other_account));
}

TEST_F(AccessKeyTest, AFlippedByteAnywhereIsRefused) {
  for (std::size_t at = 0; at < row_.sealed_secret.size(); ++at) {
    store::AccessKeyRow edited = row_;
    edited.sealed_secret[at] ^= std::byte{0x10};
    EXPECT_FALSE(keyring_.OpenAccessKey(edited)) << "byte " << at;
  }
}

}  // namespace
}  // namespace coffer::keyring
