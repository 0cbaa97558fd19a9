#include "store/contents.h"
#include "store/key_store_conformance.h"
#include "store/master_key_store.h"
#include "support/sample_secrets.h"

#include <cstdint>
#include <vector>

namespace coffer::test {

using store::KeyStore;
using store::MasterKeyRow;
using store::MasterKeyStore;

TEST_P(KeyStoreConformance, KeysOfAnOlderMasterKeyAreFoundInOrder) {
  Add(3, "key-3");
  Add(1, "key-1");
  Add(2, "key-2");

  Read([&](Transaction& transaction) {
    const auto ids = [&](std::uint32_t master, const KeyStore::KeyVersionName& after,
                         std::size_t limit) {
      std::vector<secrets::KeyId> found;
      for (const auto& name : KeyStore::WrappedBefore(transaction, master, after, limit)) {
        EXPECT_EQ(name.version, 1U);
        found.push_back(name.id);
      }
      return found;
    };
    EXPECT_EQ(ids(5, {}, 9), (std::vector{KeyIdOf(1), KeyIdOf(2), KeyIdOf(3)}));
    EXPECT_EQ(ids(5, {}, 2), (std::vector{KeyIdOf(1), KeyIdOf(2)}));
    EXPECT_EQ(ids(5, {.id = KeyIdOf(2), .version = 1}, 2), (std::vector{KeyIdOf(3)}));
    EXPECT_TRUE(ids(4, {}, 9).empty());
    EXPECT_EQ(KeyStore::CountByMaster(transaction), (std::map<std::uint32_t, std::size_t>{{4, 3}}));
  });
}

TEST_P(KeyStoreConformance, ARewrappedKeyVersionComesBack) {
  const store::KeyRow key = Add(1, "mine");
  Add(2, "other");
  Write([&](Transaction& transaction) {
    auto version = *store_.FindKeyVersion(transaction, key.id, 1);
    version.master_version = 5;
    version.wrapped = std::vector(44, std::byte{7});
    store_.Rewrap(transaction, version);
  });

  Read([&](Transaction& transaction) {
    const auto version = store_.FindKeyVersion(transaction, key.id, 1);
    ASSERT_TRUE(version.has_value());
    EXPECT_EQ(version->master_version, 5U);
    EXPECT_EQ(version->wrapped, std::vector(44, std::byte{7}));
    EXPECT_EQ(version->created, At(1001));
    EXPECT_EQ(KeyStore::CountByMaster(transaction),
              (std::map<std::uint32_t, std::size_t>{{4, 1}, {5, 1}}));
  });
}

TEST_P(KeyStoreConformance, AResealedAccessKeyComesBack) {
  store::AccessKeyRow key{.access_key_id = "AKIAEXAMPLE",
                          .account = kAccount,
                          .principal_arn = "arn:aws:iam::123456789012:root",
                          .sealed_secret = std::vector(60, std::byte{3}),
                          .created = At(5)};
  Write([&](Transaction& transaction) { store_.InsertAccessKey(transaction, key); });
  key.sealed_secret = std::vector(61, std::byte{4});
  Write([&](Transaction& transaction) { store_.ResealAccessKey(transaction, key); });

  Read([&](Transaction& transaction) {
    EXPECT_EQ(store_.AccessKeys(transaction).at(0).sealed_secret, key.sealed_secret);
  });
}

TEST_P(KeyStoreConformance, VersionsOfTheMasterKeyComeBackAndEditsAreNoticed) {
  const MasterKeyStore versions(mac_);
  MasterKeyRow first{.version = 1,
                     .created = At(1),
                     .retired = std::nullopt,
                     .check = std::vector(16, std::byte{1}),
                     .salt = {}};
  const MasterKeyRow second{.version = 2,
                            .created = At(2),
                            .retired = std::nullopt,
                            .check = std::vector(16, std::byte{2}),
                            .salt = std::vector(16, std::byte{3})};
  Write([&](Transaction& transaction) {
    EXPECT_TRUE(MasterKeyStore::ReadUnverified(transaction).empty());
    versions.Insert(transaction, second);
    versions.Insert(transaction, first);
    first.retired = At(3);
    versions.MarkRetired(transaction, first);
  });

  const auto expect_both = [&](const std::vector<MasterKeyRow>& rows) {
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].version, 1U);
    EXPECT_EQ(rows[0].retired, At(3));
    EXPECT_EQ(rows[0].check, first.check);
    EXPECT_TRUE(rows[0].salt.empty());
    EXPECT_EQ(rows[1].created, At(2));
    EXPECT_FALSE(rows[1].retired);
    EXPECT_EQ(rows[1].salt, second.salt);
  };
  Read([&](Transaction& transaction) {
    expect_both(versions.List(transaction));
    expect_both(MasterKeyStore::ReadUnverified(transaction));
  });
  static constexpr Statement kEdits[] = {
      {"UPDATE master_keys SET retired_at = NULL WHERE version = 1"},
      {"UPDATE master_keys SET created_at = 9 WHERE version = 2"},
      {"UPDATE master_keys SET check_value = zeroblob(16) WHERE version = 1"},
      {"UPDATE master_keys SET salt = zeroblob(16) WHERE version = 2"},
      {"UPDATE master_keys SET version = 3 WHERE version = 2"},
  };
  for (const Statement& edit : kEdits) {
    const auto edit_and_load = [&](Transaction& transaction) {
      EXPECT_EQ(transaction.Execute(edit, {}), 1);
      static_cast<void>(versions.List(transaction));
    };
    EXPECT_THROW(Write(edit_and_load), store::IntegrityError) << edit.sql;
  }
}

TEST_P(KeyStoreConformance, NewDataHoldsNothing) {
  Write([&](Transaction& transaction) {
    KeyStore::PutMeta(transaction, "installation_id", std::vector(16, std::byte{1}));
    EXPECT_TRUE(store::HoldsNothing(transaction));
  });
  Add(1, "mine");
  Read([&](Transaction& transaction) { EXPECT_FALSE(store::HoldsNothing(transaction)); });
}

}  // namespace coffer::test
