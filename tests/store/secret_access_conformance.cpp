#include "store/secret_store_conformance.h"

namespace coffer::test {

using secrets::Secret;

TEST_P(SecretStoreConformance, AnAccessShowsAtOnce) {
  const Secret secret = Add(PlainSecret("name"), {"v1", "v2"});
  EXPECT_EQ(Find("name")->last_accessed, std::nullopt);

  ReadValue("name", "v1", 19'700);

  EXPECT_TRUE(store_.HasPendingAccesses());
  EXPECT_EQ(Find("name")->last_accessed, 19'700);
  EXPECT_EQ(FindForRead("name")->last_accessed, 19'700);
  EXPECT_EQ(List(QueryFor(store::SortBy::kName)).front().last_accessed, 19'700);
  EXPECT_EQ(List(QueryFor(store::SortBy::kLastAccessedDate)).front().last_accessed, 19'700);
  EXPECT_EQ(Versions(secret)[0].last_accessed, 19'700);
  EXPECT_EQ(Versions(secret)[1].last_accessed, std::nullopt);
}

TEST_P(SecretStoreConformance, AFlushedAccessIsInTheDatabase) {
  const Secret secret = Add(PlainSecret("name"), {"v1"});
  ReadValue("name", "v1", 19'700);

  Flush();

  EXPECT_FALSE(store_.HasPendingAccesses());
  const store::SecretStore other_store(mac_, 0);
  database_->Read([&](Transaction& transaction) {
    EXPECT_EQ(other_store.Find(transaction, AddressOf("name"))->last_accessed, 19'700);
    EXPECT_EQ(other_store.Versions(transaction, secret).front().last_accessed, 19'700);
  });
}

TEST_P(SecretStoreConformance, AnAccessOutlivesAFlushThatWasRolledBack) {
  Add(PlainSecret("name"), {"v1"});
  ReadValue("name", "v1", 19'700);
  const auto flush_in_vain = [&](Transaction& transaction) {
    store_.FlushAccesses(transaction);
    throw std::runtime_error("no");
  };

  EXPECT_THROW(database_->Write(flush_in_vain), std::runtime_error);
  EXPECT_EQ(Find("name")->last_accessed, 19'700);
  Flush();
  Flush();

  EXPECT_EQ(Find("name")->last_accessed, 19'700);
}

TEST_P(SecretStoreConformance, ADayIsNotedOnce) {
  Add(PlainSecret("name"), {"v1"});
  ReadValue("name", "v1", 19'700);
  Flush();
  Flush();

  ReadValue("name", "v1", 19'700);
  ReadValue("name", "v1", 19'699);

  EXPECT_FALSE(store_.HasPendingAccesses());
  ReadValue("name", "v1", 19'701);
  EXPECT_TRUE(store_.HasPendingAccesses());
  EXPECT_EQ(FindForRead("name")->last_accessed, 19'701);
}

TEST_P(SecretStoreConformance, AnUpdateLeavesTheLastAccessAlone) {
  Secret secret = Add(PlainSecret("name"), {"v1"});
  ReadValue("name", "v1", 19'700);
  Flush();
  Flush();

  Update(secret);

  EXPECT_EQ(Find("name")->last_accessed, 19'700);
}

TEST_P(SecretStoreConformance, ManyAccessesAreFlushedBitByBit) {
  constexpr int kCount = 2500;
  std::vector<Secret> secrets;
  database_->Write([&](Transaction& transaction) {
    for (int i = 0; i < kCount; ++i) {
      store_.Insert(transaction, secrets.emplace_back(PlainSecret("s" + std::to_string(i))));
    }
  });
  store::StoredVersion version;
  version.version = VersionOf("v1");
  for (const Secret& secret : secrets) {
    store_.Touch(secret, version, 19'700);
  }

  int flushes = 0;
  for (; store_.HasPendingAccesses(); ++flushes) Flush();

  EXPECT_EQ(flushes, 3);
  Flush();
  for (const Secret& secret : List(QueryFor(store::SortBy::kName))) {
    ASSERT_EQ(secret.last_accessed, 19'700);
  }
}

}  // namespace coffer::test
