#include "keyring/master_key_rotation.h"

#include "keyring/wrapped_keys.h"
#include "keyring_fixture.h"
#include "support/matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace coffer::keyring {
namespace {

using ::testing::HasSubstr;

GivenMasterKeys Given(std::initializer_list<int> fills) {
  GivenMasterKeys given;
  for (const int fill : fills) given.keys.push_back({MasterKey(fill), std::to_string(fill)});
  return given;
}

/// A vault whose first master key is MasterKey(1), with keys and access keys.
class MasterKeyRotationTest : public ::testing::Test {
 protected:
  MasterKeyRotationTest() {
    Open({1});
    for (int i = 0; i < kAccounts; ++i) {
      const std::string account = std::to_string(100000000000 + i);
      database_.Write([&](Transaction& transaction) {
        return keyring_->DefaultKey(transaction, account, kRegion).version;
      });
    }
    for (int i = 0; i < kUserKeys; ++i) AddUserKey("AKIA" + std::to_string(i));
    AddRootKey();
  }

  void Open(std::initializer_list<int> fills) {
    rotation_.reset();
    keyring_.reset();
    keyring_ = std::make_unique<Keyring>(database_.get(), Given(fills), random_, clock_);
    identities_ = std::make_unique<store::IdentityStore>(keyring_->row_mac());
    rotation_ = std::make_unique<MasterKeyRotation>(database_.get(), *keyring_, *identities_,
                                                    random_, clock_);
  }
  /// Why this set of keys does not open the data.
  [[nodiscard]] std::string Refusal(std::initializer_list<int> fills) {
    try {
      (void)Keyring(database_.get(), Given(fills), random_, clock_);
    } catch (const MasterKeyError& error) {
      return error.what();
    }
    return "no refusal";
  }
  void AddUserKey(const std::string& id) {
    store::Stored<identity::AccessKey> key{
        .account = std::string(kAccount),
        .owner = "user",
        .entity = {.id = id,
                   .name = id,
                   .created = clock_.Now(),
                   .sealed_secret = EncodeSealed(
                       keyring_->SealAccessKey(id, kAccount, SecretBytes::FromText(id)))}};
    database_.get().Write([&](Transaction& transaction) { identities_->Insert(transaction, key); });
  }
  void AddRootKey() {
    store::AccessKeyRow row{
        .access_key_id = "ROOT",
        .account = std::string(kAccount),
        .principal_arn = "root",
        .sealed_secret = keyring_->SealAccessKey("ROOT", kAccount, SecretBytes::FromText("root")),
        .created = clock_.Now()};
    database_.get().Write(
        [&](Transaction& transaction) { keyring_->key_store().InsertAccessKey(transaction, row); });
  }
  [[nodiscard]] auto Counts() {
    return database_.Read([&](Transaction& transaction) {
      return CountWrappedKeys(transaction, keyring_->key_store(), *identities_);
    });
  }
  /// Whether all that was put there can be opened.
  void ExpectAllOpens() {
    database_.get().Read([&](Transaction& transaction) {
      int keys = 0;
      store::KeyStore::ForEachKey(transaction, [&](const secrets::KeyId& id) {
        EXPECT_NO_THROW((void)keyring_->Find(transaction, id, 1));
        ++keys;
      });
      EXPECT_EQ(keys, kAccounts);
      for (const store::AccessKeyRow& row : keyring_->key_store().AccessKeys(transaction)) {
        const auto secret = keyring_->OpenAccessKey(row);
        EXPECT_TRUE(secret && secret->ExposeText() == "root");
      }
      for (int i = 0; i < kUserKeys; ++i) {
        const auto key =
            identities_->FindById<identity::AccessKey>(transaction, "AKIA" + std::to_string(i));
        ASSERT_TRUE(key);
        const auto secret =
            keyring_->OpenAccessKey({.access_key_id = key->entity.id,
                                     .account = key->account,
                                     .principal_arn = {},
                                     .sealed_secret = DecodeSealed(key->entity.sealed_secret),
                                     .created = {}});
        EXPECT_TRUE(secret && secret->ExposeText() == key->entity.id);
      }
    });
  }
  void Finish() {
    while (rotation_->RewrapSome(4)) continue;
    ASSERT_EQ(rotation_->unreadable(), 0U);
    ASSERT_TRUE(rotation_->RetireOlder());
  }

  static constexpr int kAccounts = 11;
  static constexpr int kUserKeys = 9;
  MemoryDatabase database_;
  test::FakeRandom random_;
  test::FakeClock clock_;
  std::unique_ptr<Keyring> keyring_;
  std::unique_ptr<store::IdentityStore> identities_;
  std::unique_ptr<MasterKeyRotation> rotation_;
};

TEST_F(MasterKeyRotationTest, EverythingIsWrappedAgainAndTheOldVersionRetired) {
  rotation_->Begin(MasterKey(2), {});
  EXPECT_TRUE(rotation_->IsUnfinished());
  EXPECT_EQ(Counts()[1].key_versions, 11U);
  EXPECT_EQ(Counts()[1].access_keys, 10U);

  Finish();

  EXPECT_FALSE(rotation_->IsUnfinished());
  EXPECT_EQ(Counts()[1].total(), 0U);
  EXPECT_EQ(Counts()[2].total(), 21U);
  ExpectAllOpens();
  Open({2});
  ExpectAllOpens();
  const auto versions = rotation_->Versions();
  ASSERT_EQ(versions.size(), 2U);
  EXPECT_TRUE(versions[0].retired);
  EXPECT_FALSE(versions[1].retired);
}

TEST_F(MasterKeyRotationTest, WhatIsMadeMeanwhileIsUnderTheNewVersion) {
  rotation_->Begin(MasterKey(2), {});
  database_.Write([&](Transaction& transaction) {
    return keyring_->DefaultKey(transaction, kAccount, "eu-west-1").version;
  });
  AddUserKey("NEW");

  EXPECT_EQ(Counts()[2].key_versions, 1U);
  EXPECT_EQ(Counts()[2].access_keys, 1U);
}

TEST_F(MasterKeyRotationTest, EveryMomentOpensWithBothKeysAndSaysWhichOneIsMissing) {
  rotation_->Begin(MasterKey(2), {});
  // A pass begins anew in each process: what was done before is skipped.
  for (int steps = 0; steps < 10; ++steps) {
    Open({2, 1});
    for (int i = 0; i < steps && rotation_->RewrapSome(4); ++i) continue;
    ExpectAllOpens();
    EXPECT_THAT(Refusal({1}), HasSubstr("needed is version 2"));
    EXPECT_THAT(Refusal({1}), HasSubstr("1, is version 1"));
    EXPECT_THAT(Refusal({3}), HasSubstr("none of its versions"));
    const std::size_t left = Counts()[1].total();
    EXPECT_THAT(
        Refusal({2}),
        HasSubstr(left == 0 ? "no refusal" : "still wraps " + std::to_string(left) + " keys"));
  }
  EXPECT_EQ(Counts()[1].total(), 0U);
  Finish();
  EXPECT_THAT(Refusal({1}), HasSubstr("which was retired at"));
  EXPECT_EQ(Refusal({2}), "no refusal");
}

TEST_F(MasterKeyRotationTest, RowMacsAndSessionTokensStay) {
  const auto tag = keyring_->row_mac().Compute(std::as_bytes(std::span("row")));
  const std::string token =
      keyring_->session_tokens().Seal("ASIA", SecretBytes(SessionTokens::kSecretSize), "claims");
  rotation_->Begin(MasterKey(2), {});
  Finish();
  Open({2});

  EXPECT_EQ(keyring_->row_mac().Compute(std::as_bytes(std::span("row"))), tag);
  EXPECT_TRUE(keyring_->session_tokens().Open("ASIA", token));
}

TEST_F(MasterKeyRotationTest, ThirdVersionFollowsTheSecond) {
  rotation_->Begin(MasterKey(2), {});
  Finish();
  rotation_->Begin(MasterKey(3), {});
  Finish();

  EXPECT_THAT(Refusal({2}), HasSubstr("needed is version 3"));
  Open({3});
  ExpectAllOpens();
}

TEST_F(MasterKeyRotationTest, WhatDoesNotOpenIsLeftAndCounted) {
  static constexpr Statement kEdit{
      "UPDATE key_versions SET wrapped = zeroblob(88) WHERE key_id IN "
      "(SELECT key_id FROM keys LIMIT 1)"};
  database_.get().Write([](Transaction& transaction) { transaction.Execute(kEdit, {}); });
  rotation_->Begin(MasterKey(2), {});
  while (rotation_->RewrapSome(4)) continue;

  EXPECT_EQ(rotation_->unreadable(), 1U);
  EXPECT_EQ(Counts()[1].total(), 1U);
  EXPECT_FALSE(rotation_->RetireOlder());
  EXPECT_TRUE(rotation_->IsUnfinished());
}

TEST_F(MasterKeyRotationTest, AnEditedVersionIsRefused) {
  static constexpr Statement kEdits[] = {
      {"UPDATE master_keys SET created_at = created_at + 1"},
      {"UPDATE master_keys SET check_value = zeroblob(16)"},
      {"UPDATE master_keys SET salt = zeroblob(16)"},
      {"UPDATE master_keys SET retired_at = 0"},
      {"UPDATE master_keys SET version = 2"},
      {"UPDATE master_keys SET row_mac = zeroblob(16)"},
  };
  for (const Statement& edit : kEdits) {
    MemoryDatabase database;
    (void)Keyring(database.get(), Given({1}), random_, clock_);
    database.get().Write([&](Transaction& transaction) { transaction.Execute(edit, {}); });
    EXPECT_THROW((void)Keyring(database.get(), Given({1}), random_, clock_), std::runtime_error)
        << edit.sql;
  }
}

TEST_F(MasterKeyRotationTest, NewDataTakesExactlyOneKey) {
  MemoryDatabase database;

  EXPECT_THROW((void)Keyring(database.get(), Given({1, 2}), random_, clock_), MasterKeyError);
  EXPECT_THROW((void)Keyring(database.get(), Given({}), random_, clock_), MasterKeyError);
  EXPECT_FALSE(database.Meta("installation_id"));
}

TEST_F(MasterKeyRotationTest, DataOfAnEarlierReleaseGetsTheRowOfItsFirstVersion) {
  static constexpr Statement kForget{"DELETE FROM master_keys"};
  database_.get().Write([](Transaction& transaction) { transaction.Execute(kForget, {}); });

  EXPECT_THAT(Refusal({2}), HasSubstr("not the one this data was made with"));
  Open({2, 1});

  EXPECT_EQ(rotation_->Versions().size(), 1U);
  EXPECT_EQ(keyring_->installation().master_version(), 1U);
  rotation_->Begin(MasterKey(2), {});
  Finish();
  Open({2});
  ExpectAllOpens();
}

TEST_F(MasterKeyRotationTest, PassphraseBecomesAKeyWithTheSaltThatIsStored) {
  const auto salt = std::as_bytes(std::span("0123456789abcdef", 16));
  rotation_->Begin(MasterKeyOfPassphrase(SecretBytes::FromText("correct horse battery"), salt),
                   salt);
  Finish();
  EXPECT_THAT(Refusal({1}), HasSubstr("set master_key_passphrase"));

  GivenMasterKeys given;
  std::string asked;
  const auto answer = [&](std::string passphrase) {
    given.passphrase_of = [&asked, passphrase](std::uint32_t version) {
      asked += std::to_string(version);
      return SecretBytes::FromText(passphrase);
    };
  };
  answer("correct horse");
  EXPECT_THROW((void)Keyring(database_.get(), given, random_, clock_), MasterKeyError);
  answer("correct horse battery");
  EXPECT_NO_THROW((void)Keyring(database_.get(), given, random_, clock_));
  EXPECT_EQ(asked, "22");
}

}  // namespace
}  // namespace coffer::keyring
