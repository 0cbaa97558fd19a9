#include "store/key_store_conformance.h"

#include "store/key_life.h"
#include "store/key_settings.h"
#include "support/sample_secrets.h"

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace coffer::test {

using store::IntegrityError;
using store::KeyRow;
using store::KeyStore;

KeyRow KeyStoreConformance::Add(unsigned char id, const std::string& name, bool is_default) {
  const KeyRow key{.id = KeyIdOf(id),
                   .account = kAccount,
                   .region = kRegion,
                   .name = name,
                   .is_default = is_default,
                   .primary_version = 1,
                   .created = At(1000)};
  const store::KeyVersionRow version{.id = key.id,
                                     .version = 1,
                                     .master_version = 4,
                                     .wrapped = std::vector(40, std::byte{0x5A}),
                                     .created = At(1001)};
  Write([&](Transaction& transaction) { store_.InsertKey(transaction, key, version); });
  return key;
}

TEST_P(KeyStoreConformance, MetaValuesAreReplaced) {
  const std::vector<std::byte> first(3, std::byte{1});
  const std::vector<std::byte> second(5, std::byte{2});
  Write([&](Transaction& transaction) {
    EXPECT_EQ(KeyStore::FindMeta(transaction, "k"), std::nullopt);
    KeyStore::PutMeta(transaction, "k", first);
    EXPECT_EQ(KeyStore::FindMeta(transaction, "k"), first);
    KeyStore::PutMeta(transaction, "k", second);
  });

  Read([&](Transaction& transaction) {
    EXPECT_EQ(KeyStore::FindMeta(transaction, "k"), second);
    EXPECT_EQ(KeyStore::FindMeta(transaction, "K"), std::nullopt);
  });
}

TEST_P(KeyStoreConformance, AKeyIsFoundByIdNameAndAlias) {
  const KeyRow key = Add(1, "mine");
  Add(2, "other");
  Write(
      [&](Transaction& transaction) { store_.InsertAlias(transaction, key, "alias/mine", At(5)); });

  Read([&](Transaction& transaction) {
    const auto by_id = store_.FindKey(transaction, key.id);
    const auto by_name = store_.FindKeyByName(transaction, kAccount, kRegion, "mine");
    const auto by_alias = store_.FindKeyByAlias(transaction, kAccount, kRegion, "alias/mine");
    for (const auto& found : {by_id, by_name, by_alias}) {
      ASSERT_TRUE(found.has_value());
      EXPECT_EQ(found->id, key.id);
      EXPECT_EQ(found->name, "mine");
      EXPECT_EQ(found->primary_version, 1U);
      EXPECT_EQ(found->created, At(1000));
      EXPECT_FALSE(found->is_default);
    }
    EXPECT_FALSE(store_.FindKey(transaction, KeyIdOf(9)).has_value());
    EXPECT_FALSE(store_.FindKeyByName(transaction, kAccount, "eu-west-1", "mine").has_value());
    EXPECT_FALSE(store_.FindKeyByAlias(transaction, kAccount, kRegion, "mine").has_value());
  });
}

TEST_P(KeyStoreConformance, AnAccountHasOneDefaultKeyInARegion) {
  Add(1, "plain");
  Read([&](Transaction& transaction) {
    EXPECT_FALSE(store_.FindDefaultKey(transaction, kAccount, kRegion).has_value());
  });

  Add(2, "default", true);

  Read([&](Transaction& transaction) {
    EXPECT_EQ(store_.FindDefaultKey(transaction, kAccount, kRegion)->id, KeyIdOf(2));
  });
  EXPECT_THROW(Add(3, "second", true), SqlError);
}

TEST_P(KeyStoreConformance, AKeyVersionComesBack) {
  const KeyRow key = Add(1, "mine");

  Read([&](Transaction& transaction) {
    const auto version = store_.FindKeyVersion(transaction, key.id, 1);
    ASSERT_TRUE(version.has_value());
    EXPECT_EQ(version->master_version, 4U);
    EXPECT_EQ(version->wrapped, std::vector(40, std::byte{0x5A}));
    EXPECT_EQ(version->created, At(1001));
    EXPECT_FALSE(store_.FindKeyVersion(transaction, key.id, 2).has_value());
  });
}

TEST_P(KeyStoreConformance, AccessKeysComeBack) {
  const store::AccessKeyRow key{.access_key_id = "AKIAEXAMPLE",
                                .account = kAccount,
                                .principal_arn = "arn:aws:iam::123456789012:root",
                                .sealed_secret = std::vector(60, std::byte{3}),
                                .created = At(5)};
  Write([&](Transaction& transaction) { store_.InsertAccessKey(transaction, key); });

  Read([&](Transaction& transaction) {
    const auto keys = store_.AccessKeys(transaction);
    ASSERT_EQ(keys.size(), 1U);
    EXPECT_EQ(keys[0].access_key_id, key.access_key_id);
    EXPECT_EQ(keys[0].account, key.account);
    EXPECT_EQ(keys[0].principal_arn, key.principal_arn);
    EXPECT_EQ(keys[0].sealed_secret, key.sealed_secret);
    EXPECT_EQ(keys[0].created, key.created);
  });
}

TEST_P(KeyStoreConformance, EditedRowsAreNoticed) {
  struct Case {
    Statement edit;
    std::function<void(Transaction&)> load;
  };
  const auto find_key = [&](Transaction& transaction) {
    static_cast<void>(store_.FindKeyByName(transaction, kAccount, kRegion, "mine"));
  };
  const auto find_version = [&](Transaction& transaction) {
    static_cast<void>(store_.FindKeyVersion(transaction, KeyIdOf(1), 1));
  };
  const auto find_alias = [&](Transaction& transaction) {
    static_cast<void>(store_.FindKeyByAlias(transaction, kAccount, kRegion, "alias/mine"));
  };
  const std::vector<Case> cases = {
      {{"UPDATE keys SET is_default = 1 WHERE name = 'mine'"}, find_key},
      {{"UPDATE keys SET primary_version = 2 WHERE name = 'mine'"}, find_key},
      {{"UPDATE key_versions SET wrapped = zeroblob(40) WHERE version = 1"}, find_version},
      {{"UPDATE key_versions SET master_version = 1 WHERE version = 1"}, find_version},
      {{"UPDATE key_aliases SET key_id = (SELECT key_id FROM keys WHERE name = 'other')"},
       find_alias},
  };
  const KeyRow key = Add(1, "mine");
  Add(2, "other");
  Write(
      [&](Transaction& transaction) { store_.InsertAlias(transaction, key, "alias/mine", At(5)); });

  for (const Case& one : cases) {
    const auto edit_and_load = [&](Transaction& transaction) {
      EXPECT_GE(transaction.Execute(one.edit, {}), 1);
      one.load(transaction);
    };
    // The exception undoes the edit.
    EXPECT_THROW(Write(edit_and_load), IntegrityError) << one.edit.sql;
  }
  Read(find_key);
  Read(find_version);
  Read(find_alias);
}

TEST_P(KeyStoreConformance, KeysAreListedByNameBehindAName) {
  Add(3, "key-3");
  Add(1, "key-1");
  Add(2, "key-2");
  std::vector<std::string> names;

  Read([&](Transaction& transaction) {
    store_.ListKeys(transaction, kAccount, kRegion, "key-1", [&](const KeyRow& key) {
      names.push_back(key.name);
      return true;
    });
    store_.ListKeys(transaction, kAccount, "eu-west-1", "", [&](const KeyRow& key) {
      names.push_back(key.name);
      return true;
    });
  });

  EXPECT_EQ(names, (std::vector<std::string>{"key-2", "key-3"}));
}

TEST_P(KeyStoreConformance, AnAliasMovesAndGoes) {
  const KeyRow first = Add(1, "first");
  const KeyRow second = Add(2, "second");
  Write([&](Transaction& transaction) {
    store_.InsertAlias(transaction, first, "alias/a", At(5));
    store_.InsertAlias(transaction, first, "alias/b", At(5));
    store_.MoveAlias(transaction, second, "alias/b", At(9));
  });
  std::vector<std::string> listed;
  Read([&](Transaction& transaction) {
    EXPECT_EQ(store_.FindKeyByAlias(transaction, kAccount, kRegion, "alias/b")->id, second.id);
    store_.ListAliases(transaction, kAccount, kRegion, "alias/a",
                       [&](const store::AliasRow& alias) {
                         listed.push_back(alias.alias);
                         EXPECT_EQ(alias.key_id, second.id);
                         EXPECT_EQ(alias.created, At(5));
                         EXPECT_EQ(alias.updated, At(9));
                         return true;
                       });
  });
  EXPECT_EQ(listed, std::vector<std::string>{"alias/b"});

  Write([&](Transaction& transaction) {
    KeyStore::RemoveAlias(transaction, kAccount, kRegion, "alias/b");
  });

  Read([&](Transaction& transaction) {
    EXPECT_FALSE(store_.FindKeyByAlias(transaction, kAccount, kRegion, "alias/b").has_value());
    EXPECT_TRUE(store_.FindKeyByAlias(transaction, kAccount, kRegion, "alias/a").has_value());
  });
}

TEST_P(KeyStoreConformance, AFurtherVersionSealsAndADestroyedKeyHasNone) {
  KeyRow key = Add(1, "mine");
  Add(2, "other");
  store::KeyVersionRow second{.id = key.id,
                              .version = 2,
                              .master_version = 4,
                              .wrapped = std::vector(40, std::byte{0x77}),
                              .created = At(2000)};
  Write([&](Transaction& transaction) {
    store_.AddVersion(transaction, key, second);
    store_.InsertAlias(transaction, key, "alias/mine", At(5));
  });
  Read([&](Transaction& transaction) {
    EXPECT_EQ(store_.FindKey(transaction, key.id)->primary_version, 2U);
    EXPECT_TRUE(store_.FindKeyVersion(transaction, key.id, 1).has_value());
    EXPECT_EQ(store_.FindKeyVersion(transaction, key.id, 2)->wrapped, second.wrapped);
  });

  Write([&](Transaction& transaction) { store_.Destroy(transaction, key); });

  Read([&](Transaction& transaction) {
    EXPECT_TRUE(store_.FindKeyByName(transaction, kAccount, kRegion, "mine")->is_destroyed());
    EXPECT_FALSE(store_.FindKeyVersion(transaction, key.id, 1).has_value());
    EXPECT_FALSE(store_.FindKeyVersion(transaction, key.id, 2).has_value());
    EXPECT_FALSE(store_.FindKeyByAlias(transaction, kAccount, kRegion, "alias/mine").has_value());
    std::vector<std::string> names;
    store_.ListKeys(transaction, kAccount, kRegion, "", [&](const KeyRow& listed) {
      names.push_back(listed.name);
      return true;
    });
    EXPECT_EQ(names, std::vector<std::string>{"other"});
  });
}

TEST_P(KeyStoreConformance, ALifeIsKeptAndReplaced) {
  const store::KeyLifeStore lives(mac_);
  const KeyRow key = Add(1, "mine");
  const KeyRow default_key = Add(2, "default", true);
  const store::KeyLife life{.destruction = At(9000),
                            .next_rotation = At(7000),
                            .rotation_period_days = 90,
                            .rotations = {{.version = 2, .date = At(5), .is_on_demand = true}}};
  Write([&](Transaction& transaction) {
    EXPECT_EQ(lives.Find(transaction, key), store::KeyLife());
    // AWS's own are rotated every year.
    EXPECT_EQ(lives.Find(transaction, default_key).next_rotation,
              default_key.created + std::chrono::days(365));
    lives.Put(transaction, key.id, {});
    lives.Put(transaction, key.id, life);
    lives.Put(transaction, default_key.id, life);
  });

  Read([&](Transaction& transaction) {
    EXPECT_EQ(lives.Find(transaction, key), life);
    EXPECT_EQ(lives.Find(transaction, default_key), life);
  });
}

TEST_P(KeyStoreConformance, AnEditedLifeIsNoticed) {
  const store::KeyLifeStore lives(mac_);
  const KeyRow key = Add(1, "mine");
  Write([&](Transaction& transaction) {
    lives.Put(transaction, key.id, {.destruction = At(9000), .next_rotation = At(7000)});
  });
  static constexpr Statement kEdits[] = {{"UPDATE key_lives SET destroy_at = 1"},
                                         {"UPDATE key_lives SET destroy_at = NULL"},
                                         {"UPDATE key_lives SET rotate_at = NULL"},
                                         {"UPDATE key_lives SET body = body || ' '"}};
  for (const Statement& edit : kEdits) {
    EXPECT_THROW(Write([&](Transaction& transaction) {
                   EXPECT_EQ(transaction.Execute(edit, {}), 1);
                   static_cast<void>(lives.Find(transaction, key));
                 }),
                 IntegrityError)
        << edit.sql;
  }
}

TEST_P(KeyStoreConformance, KeysAreDueByTheirEndAndTheirSchedule) {
  using Lives = store::KeyLifeStore;
  const Lives lives(mac_);
  const Timestamp year = At(1000) + std::chrono::days(365);
  for (unsigned char id = 1; id <= 4; ++id) Add(id, "key-" + std::to_string(id), id == 4);
  Write([&](Transaction& transaction) {
    lives.Put(transaction, KeyIdOf(1), {.destruction = At(5000), .next_rotation = {}});
    lives.Put(transaction, KeyIdOf(2), {.destruction = {}, .next_rotation = At(6000)});
  });
  const auto due = [&](Timestamp now) {
    std::vector<secrets::KeyId> ids;
    Read([&](Transaction& transaction) { ids = Lives::Due(transaction, now); });
    return ids;
  };

  EXPECT_EQ(due(At(4999)).size(), 0U);
  EXPECT_EQ(due(At(5000)), std::vector{KeyIdOf(1)});
  EXPECT_EQ(due(At(6000)), (std::vector{KeyIdOf(1), KeyIdOf(2)}));
  EXPECT_EQ(due(year - std::chrono::milliseconds(1)), (std::vector{KeyIdOf(1), KeyIdOf(2)}));
  EXPECT_EQ(due(year), (std::vector{KeyIdOf(1), KeyIdOf(2), KeyIdOf(4)}));
  Write([&](Transaction& transaction) {
    lives.Put(transaction, KeyIdOf(4),
              {.destruction = {}, .next_rotation = At(9000) + std::chrono::days(900)});
  });
  EXPECT_EQ(due(year), (std::vector{KeyIdOf(1), KeyIdOf(2)}));
}

TEST_P(KeyStoreConformance, SettingsAreKeptAndReplaced) {
  const store::KeySettingsStore settings_store(mac_);
  const KeyRow key = Add(1, "mine");
  const store::KeySettings settings{.description = "d",
                                    .is_enabled = false,
                                    .policy = "{}",
                                    .tags = {{.key = "team", .value = "blue"}}};
  Write([&](Transaction& transaction) {
    EXPECT_EQ(settings_store.Find(transaction, key.id), store::KeySettings());
    settings_store.Put(transaction, key.id,
                       {.description = "before", .is_enabled = true, .policy = {}, .tags = {}});
    settings_store.Put(transaction, key.id, settings);
  });

  Read([&](Transaction& transaction) {
    EXPECT_EQ(settings_store.Find(transaction, key.id), settings);
  });
}

TEST_P(KeyStoreConformance, SettingsInMemoryAreThoseOfTheDatabase) {
  const store::KeySettingsStore settings_store(mac_);
  const KeyRow key = Add(1, "mine");
  const auto put = [&](Transaction& transaction, bool is_enabled) {
    settings_store.Put(transaction, key.id,
                       {.description = "", .is_enabled = is_enabled, .policy = {}, .tags = {}});
  };
  const auto is_enabled = [&](Transaction& transaction) {
    return settings_store.FindForRead(transaction, key.id)->is_enabled;
  };
  const auto read = [&] {
    bool found = false;
    Read([&](Transaction& transaction) { found = is_enabled(transaction); });
    return found;
  };
  EXPECT_TRUE(read());
  for (const bool wanted : {false, true, false}) {
    Write([&](Transaction& transaction) {
      put(transaction, wanted);
      EXPECT_EQ(is_enabled(transaction), wanted);  // Its own change, not memory's.
    });
    EXPECT_EQ(read(), wanted);
    EXPECT_EQ(read(), wanted);
  }
  EXPECT_THROW(Write([&](Transaction& transaction) {
                 put(transaction, true);
                 throw std::runtime_error("undo");
               }),
               std::runtime_error);
  EXPECT_FALSE(read());
}

namespace {

/// A read that something happens behind the back of, after its first query.
class OvertakenRead final : public Transaction {
 public:
  OvertakenRead(Transaction& read, std::function<void()> happens)
      : read_(read), happens_(std::move(happens)) {}
  void Query(const Statement& statement, SqlParameters parameters,
             const std::function<bool(const Row&)>& each) override {
    read_.Query(statement, parameters, each);
    if (const auto happens = std::exchange(happens_, {})) happens();
  }
  std::int64_t Execute(const Statement& statement, SqlParameters parameters) override {
    return read_.Execute(statement, parameters);
  }
  [[nodiscard]] bool HasSnapshot() const override { return read_.HasSnapshot(); }
  void AtEnd(std::function<void()> hook) override { read_.AtEnd(std::move(hook)); }

 private:
  Transaction& read_;
  std::function<void()> happens_;
};

}  // namespace

TEST_P(KeyStoreConformance, SettingsOfAnOlderSnapshotAreNotKept) {
  if (GetParam().name == "SqliteInMemory") GTEST_SKIP() << "reads wait for writes there";
  const store::KeySettingsStore settings_store(mac_);
  const KeyRow key = Add(1, "mine");
  const auto is_enabled = [&](Transaction& transaction) {
    return settings_store.FindForRead(transaction, key.id)->is_enabled;
  };
  const auto disable = [&] {
    Write([&](Transaction& writer) {
      settings_store.Put(writer, key.id,
                         {.description = "", .is_enabled = false, .policy = {}, .tags = {}});
    });
  };

  Read([&](Transaction& transaction) {
    OvertakenRead overtaken(transaction, disable);
    EXPECT_TRUE(is_enabled(overtaken));
  });

  Read([&](Transaction& transaction) { EXPECT_FALSE(is_enabled(transaction)); });
}

TEST_P(KeyStoreConformance, EditedSettingsAreNoticed) {
  const store::KeySettingsStore settings_store(mac_);
  const KeyRow key = Add(1, "mine");
  static constexpr Statement kEnable{"UPDATE key_settings SET is_enabled = 1"};
  Write([&](Transaction& transaction) {
    settings_store.Put(transaction, key.id,
                       {.description = "", .is_enabled = false, .policy = {}, .tags = {}});
    transaction.Execute(kEnable, {});
  });

  Read([&](Transaction& transaction) {
    EXPECT_THROW((void)settings_store.Find(transaction, key.id), IntegrityError);
  });
}

}  // namespace coffer::test
