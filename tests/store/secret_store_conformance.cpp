#include "store/secret_store_conformance.h"

#include <stdexcept>

namespace coffer::test {

using secrets::Secret;
using store::IntegrityError;

Secret SecretStoreConformance::Add(Secret secret, const std::vector<std::string>& version_ids) {
  database_->Write([&](Transaction& transaction) {
    store_.Insert(transaction, secret);
    for (const std::string& id : version_ids) {
      store_.InsertVersion(transaction, secret, VersionOf(id), SealedOf(id));
    }
  });
  return secret;
}

void SecretStoreConformance::Update(Secret& secret) {
  database_->Write([&](Transaction& transaction) { store_.Update(transaction, secret); });
}

void SecretStoreConformance::Remove(const Secret& secret) {
  database_->Write([&](Transaction& transaction) { store_.Remove(transaction, secret); });
}

void SecretStoreConformance::Flush() {
  database_->Write([&](Transaction& transaction) { store_.FlushAccesses(transaction); });
}

void SecretStoreConformance::Tamper(const Statement& statement, const std::string& name) {
  database_->Write(
      [&](Transaction& transaction) { ASSERT_EQ(transaction.Execute(statement, {name}), 1); });
}

std::shared_ptr<const Secret> SecretStoreConformance::Find(const std::string& name) {
  std::shared_ptr<const Secret> secret;
  database_->Read(
      [&](Transaction& transaction) { secret = store_.Find(transaction, AddressOf(name)); });
  return secret;
}

std::shared_ptr<const Secret> SecretStoreConformance::FindForRead(const std::string& name) {
  std::shared_ptr<const Secret> secret;
  database_->Read(
      [&](Transaction& transaction) { secret = store_.FindForRead(transaction, AddressOf(name)); });
  return secret;
}

std::shared_ptr<const store::StoredVersion> SecretStoreConformance::FindVersion(
    const Secret& secret, const std::string& version_id) {
  std::shared_ptr<const store::StoredVersion> version;
  database_->Read([&](Transaction& transaction) {
    version = store_.FindVersion(transaction, secret, version_id);
  });
  return version;
}

std::vector<secrets::Version> SecretStoreConformance::Versions(const Secret& secret) {
  std::vector<secrets::Version> versions;
  database_->Read(
      [&](Transaction& transaction) { versions = store_.Versions(transaction, secret); });
  return versions;
}

void SecretStoreConformance::ReadValue(const std::string& name, const std::string& version_id,
                                       DayNumber day) {
  database_->Read([&](Transaction& transaction) {
    const auto secret = store_.FindForRead(transaction, AddressOf(name));
    ASSERT_NE(secret, nullptr);
    const auto version = store_.FindVersionForRead(transaction, *secret, version_id);
    ASSERT_NE(version, nullptr);
    store_.Touch(*secret, *version, day);
  });
}

std::vector<Secret> SecretStoreConformance::List(const store::ListQuery& query) {
  std::vector<Secret> secrets;
  database_->Read([&](Transaction& transaction) {
    store_.List(transaction, query, [&](const Secret& secret) {
      secrets.push_back(secret);
      return true;
    });
  });
  return secrets;
}

store::ListQuery QueryFor(store::SortBy sort_by, bool ascending) {
  return {.account = kAccount,
          .region = kRegion,
          .include_deleted = false,
          .sort_by = sort_by,
          .ascending = ascending,
          .name_prefix = std::nullopt,
          .after = std::nullopt};
}

std::vector<std::string> NamesOf(const std::vector<Secret>& secrets) {
  std::vector<std::string> names;
  names.reserve(secrets.size());
  for (const Secret& secret : secrets) names.push_back(secret.address.name);
  return names;
}

TEST_P(SecretStoreConformance, ASecretComesBackAsItWasInserted) {
  const Secret plain = Add(PlainSecret("plain"));
  const Secret full = Add(FullSecret("full"));

  EXPECT_EQ(plain.generation, 1);
  EXPECT_NE(plain.id, full.id);
  EXPECT_EQ(*Find("plain"), plain);
  EXPECT_EQ(*Find("full"), full);
  EXPECT_EQ(*FindForRead("full"), full);
  EXPECT_EQ(Find("Plain"), nullptr);
}

TEST_P(SecretStoreConformance, AccountsAndRegionsAreSeparateWorlds) {
  Secret here = PlainSecret("name");
  Secret elsewhere = PlainSecret("name");
  elsewhere.address.region = "eu-west-1";
  Secret others = PlainSecret("name");
  others.address.account = "999999999999";
  here = Add(here);
  elsewhere = Add(elsewhere);
  others = Add(others);

  EXPECT_EQ(*Find("name"), here);
  EXPECT_EQ(NamesOf(List(QueryFor(store::SortBy::kName))).size(), 1U);
}

TEST_P(SecretStoreConformance, AReplicasGenerationIsNeverBehindItsPrimarys) {
  Secret replica = PlainSecret("name");
  replica.generation = 12;
  database_->Write([&](Transaction& transaction) { store_.Insert(transaction, replica); });
  EXPECT_EQ(*Find("name"), replica);
  EXPECT_EQ(replica.generation, 12);

  database_->Write([&](Transaction& transaction) { store_.Update(transaction, replica, 20); });
  EXPECT_EQ(replica.generation, 20);
  database_->Write([&](Transaction& transaction) { store_.Update(transaction, replica, 20); });
  EXPECT_EQ(replica.generation, 21);
  EXPECT_EQ(*Find("name"), replica);
}

TEST_P(SecretStoreConformance, AnUpdateReplacesTheRowAndRaisesTheGeneration) {
  Secret secret = Add(PlainSecret("name"));
  const Secret full = FullSecret("name");
  secret.description = full.description;
  secret.tags = std::vector<secrets::Tag>{};
  secret.labels = full.labels;
  secret.deleted = full.deleted;
  secret.purge_at = full.purge_at;

  Update(secret);

  EXPECT_EQ(secret.generation, 2);
  EXPECT_EQ(*Find("name"), secret);
  secret.deleted.reset();
  secret.purge_at.reset();
  Update(secret);
  EXPECT_EQ(*Find("name"), secret);
}

TEST_P(SecretStoreConformance, AnUpdateOfAnOlderStateIsRefused) {
  Secret secret = Add(PlainSecret("name"));
  Secret older = secret;
  Update(secret);

  EXPECT_THROW(Update(older), std::logic_error);

  EXPECT_EQ(*Find("name"), secret);
}

TEST_P(SecretStoreConformance, ANameIsTakenOnce) {
  Add(PlainSecret("name"));

  EXPECT_THROW(Add(PlainSecret("name")), SqlError);
}

TEST_P(SecretStoreConformance, ARemovedSecretIsGoneAndItsIdIsNotUsedAgain) {
  const Secret removed = Add(PlainSecret("name"), {"v1"});
  static_cast<void>(FindForRead("name"));

  Remove(removed);

  EXPECT_EQ(Find("name"), nullptr);
  EXPECT_EQ(FindForRead("name"), nullptr);
  EXPECT_TRUE(Versions(removed).empty());
  EXPECT_NE(Add(PlainSecret("name")).id, removed.id);
}

TEST_P(SecretStoreConformance, AVersionComesBackWithItsValue) {
  const Secret secret = Add(PlainSecret("name"), {"v1", "v2"});

  const auto version = FindVersion(secret, "v2");

  ASSERT_NE(version, nullptr);
  EXPECT_EQ(version->version, VersionOf("v2"));
  EXPECT_EQ(TextOf(version->value.value()), "v2");
  EXPECT_EQ(version->value->key_version, 1U);
  EXPECT_EQ(version->value->wrapped_data_key, SealedOf("v2").wrapped_data_key);
  EXPECT_EQ(FindVersion(secret, "v3"), nullptr);
}

TEST_P(SecretStoreConformance, APendingVersionHasNoValueUntilItIsGivenOne) {
  const Secret secret = Add(PlainSecret("name"));
  database_->Write([&](Transaction& transaction) {
    store_.InsertVersion(transaction, secret, VersionOf("v1"), std::nullopt);
  });
  EXPECT_FALSE(FindVersion(secret, "v1")->version.has_value);
  EXPECT_EQ(FindVersion(secret, "v1")->value, std::nullopt);

  store::SealedValue value = SealedOf("filled");
  value.key_id = KeyIdOf(8);
  value.key_version = 3;
  database_->Write([&](Transaction& transaction) {
    store_.ReplaceValue(transaction, secret, VersionOf("v1"), value);
  });

  const auto version = FindVersion(secret, "v1");
  EXPECT_TRUE(version->version.has_value);
  EXPECT_EQ(version->version.key_id, KeyIdOf(8));
  EXPECT_EQ(version->value->key_version, 3U);
  EXPECT_EQ(TextOf(*version->value), "filled");
}

TEST_P(SecretStoreConformance, VersionsAreListedOldestFirst) {
  const Secret secret = Add(PlainSecret("name"));
  database_->Write([&](Transaction& transaction) {
    for (const auto& [id, time] : {std::pair{"c", 1}, {"a", 3}, {"d", 2}, {"b", 2}}) {
      store_.InsertVersion(transaction, secret, VersionOf(id, time), SealedOf(id));
    }
    store_.RemoveVersion(transaction, secret, "d");
  });

  EXPECT_EQ(Versions(secret),
            (std::vector{VersionOf("c", 1), VersionOf("b", 2), VersionOf("a", 3)}));
}

TEST_P(SecretStoreConformance, AnEditedSecretIsNoticedAndOthersStayReadable) {
  constexpr static std::array kEdits = {
      Statement{"UPDATE secrets SET description = 'harmless' WHERE name = $1"},
      Statement{"UPDATE secrets SET description = NULL WHERE name = $1"},
      Statement{"UPDATE secrets SET resource_policy = NULL WHERE name = $1"},
      Statement{"UPDATE secrets SET kms_key_id = 'other' WHERE name = $1"},
      Statement{"UPDATE secrets SET deleted_at = NULL WHERE name = $1"},
      Statement{"UPDATE secrets SET region = 'us-east-1', arn_suffix = 'zzzzzz' WHERE name = $1"},
      Statement{"UPDATE secrets SET generation = 0 WHERE name = $1"},
      Statement{"UPDATE secrets SET tags = NULL WHERE name = $1"},
      Statement{"UPDATE secrets SET labels = (SELECT labels FROM secrets WHERE name = 'donor') "
                "WHERE name = $1"},
      Statement{"UPDATE secrets SET row_mac = (SELECT row_mac FROM secrets WHERE name = 'donor') "
                "WHERE name = $1"},
  };
  const Secret donor = Add(PlainSecret("donor"));
  for (std::size_t i = 0; i < kEdits.size(); ++i) {
    const std::string name = "edited-" + std::to_string(i);
    Add(FullSecret(name));

    Tamper(kEdits[i], name);

    EXPECT_THROW(static_cast<void>(Find(name)), IntegrityError) << kEdits[i].sql;
    EXPECT_THROW(static_cast<void>(FindForRead(name)), IntegrityError) << kEdits[i].sql;
    EXPECT_EQ(*Find("donor"), donor);
  }
}

TEST_P(SecretStoreConformance, AnIntegrityErrorNamesTableAndSecret) {
  constexpr static Statement kEdit{
      "UPDATE secrets SET description = 'secret text' WHERE name = $1"};
  Add(PlainSecret("edited"));
  Tamper(kEdit, "edited");

  try {
    static_cast<void>(Find("edited"));
    FAIL() << "the edit was not noticed";
  } catch (const IntegrityError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("secrets"), std::string::npos);
    EXPECT_NE(text.find("edited"), std::string::npos);
    EXPECT_EQ(text.find("secret text"), std::string::npos);
  }
}

TEST_P(SecretStoreConformance, AnEditedVersionIsNoticed) {
  constexpr static std::array kEdits = {
      Statement{"UPDATE secret_versions SET key_id = zeroblob(16) WHERE version_id = $1"},
      Statement{"UPDATE secret_versions SET key_id = zeroblob(3) WHERE version_id = $1"},
      Statement{"UPDATE secret_versions SET key_version = 2 WHERE version_id = $1"},
      Statement{"UPDATE secret_versions SET created_at = 1 WHERE version_id = $1"},
      Statement{"UPDATE secret_versions SET record = NULL, wrapped_data_key = NULL "
                "WHERE version_id = $1"},
      Statement{"UPDATE secret_versions SET version_id = 'moved' WHERE version_id = $1"},
  };
  for (std::size_t i = 0; i < kEdits.size(); ++i) {
    const std::string id = "v" + std::to_string(i);
    const Secret secret = Add(PlainSecret("secret-" + id), {id, "untouched"});

    Tamper(kEdits[i], id);

    EXPECT_THROW(static_cast<void>(Versions(secret)), IntegrityError) << kEdits[i].sql;
    EXPECT_NE(FindVersion(secret, "untouched"), nullptr);
  }
}

TEST_P(SecretStoreConformance, WhatIsDueForPurgeIsFoundInTime) {
  for (const auto& [name, time] : {std::pair{"late", 300}, {"early", 100}, {"middle", 200}}) {
    Secret secret = PlainSecret(name);
    secret.deleted = At(1);
    secret.purge_at = At(time);
    Add(secret);
  }
  Add(PlainSecret("active"));

  database_->Read([&](Transaction& transaction) {
    EXPECT_TRUE(store_.DueForPurge(transaction, At(99), 10).empty());
    EXPECT_EQ(store_.DueForPurge(transaction, At(200), 10),
              (std::vector{AddressOf("early"), AddressOf("middle")}));
    EXPECT_EQ(store_.DueForPurge(transaction, At(300), 1), std::vector{AddressOf("early")});
  });
}

TEST_P(SecretStoreConformance, ForEachVisitsAllAccountsById) {
  Secret elsewhere = PlainSecret("b");
  elsewhere.address.account = "999999999999";
  Add(PlainSecret("c"));
  Add(elsewhere);
  Add(FullSecret("a"));

  std::vector<Secret> visited;
  database_->Read([&](Transaction& transaction) {
    store_.ForEach(
        transaction, [&](const Secret& secret) { visited.push_back(secret); },
        [](const IntegrityError& error) { ADD_FAILURE() << error.what(); });
  });

  EXPECT_EQ(NamesOf(visited), (std::vector<std::string>{"c", "b", "a"}));
}

TEST_P(SecretStoreConformance, ForEachGoesOnBehindADamagedRow) {
  for (const char* name : {"a", "b", "c"}) Add(PlainSecret(name));
  database_->Write([](Transaction& transaction) {
    static constexpr Statement kEdit{"UPDATE secrets SET description = 'edited' WHERE name = $1"};
    transaction.Execute(kEdit, {std::string_view("b")});
  });

  std::vector<Secret> visited;
  int damaged = 0;
  database_->Read([&](Transaction& transaction) {
    store_.ForEach(
        transaction, [&](const Secret& secret) { visited.push_back(secret); },
        [&](const IntegrityError&) { ++damaged; });
  });

  EXPECT_EQ(NamesOf(visited), (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(damaged, 1);
}

}  // namespace coffer::test
