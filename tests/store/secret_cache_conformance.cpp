#include "store/secret_store_conformance.h"

#include <atomic>
#include <stdexcept>
#include <thread>

namespace coffer::test {

using secrets::Secret;

namespace {

/// A Transaction that counts its queries.
class CountingTransaction final : public Transaction {
 public:
  explicit CountingTransaction(Transaction& inner) : inner_(inner) {}
  void Query(const Statement& statement, SqlParameters parameters,
             const std::function<bool(const Row&)>& each) override {
    ++queries_;
    inner_.Query(statement, parameters, each);
  }
  std::int64_t Execute(const Statement& statement, SqlParameters parameters) override {
    return inner_.Execute(statement, parameters);
  }
  [[nodiscard]] bool HasSnapshot() const override { return inner_.HasSnapshot(); }
  void AtEnd(std::function<void()> hook) override { inner_.AtEnd(std::move(hook)); }
  [[nodiscard]] int queries() const { return queries_; }

 private:
  Transaction& inner_;
  int queries_ = 0;
};

secrets::StagingLabels CurrentIs(const std::string& version_id) {
  return secrets::StagingLabels(secrets::StagingLabels::Map{{"AWSCURRENT", version_id}});
}

}  // namespace

TEST_P(SecretStoreConformance, ASecondReadAsksTheDatabaseNothing) {
  Add(PlainSecret("name"), {"v1"});
  const auto queries = [&] {
    int count = 0;
    database_->Read([&](Transaction& inner) {
      CountingTransaction transaction(inner);
      const auto secret = store_.FindForRead(transaction, AddressOf("name"));
      EXPECT_NE(store_.FindVersionForRead(transaction, *secret, "v1"), nullptr);
      count = transaction.queries();
    });
    return count;
  };

  EXPECT_EQ(queries(), 2);
  EXPECT_EQ(queries(), 0);
}

TEST_P(SecretStoreConformance, AWriteIsSeenByTheNextRead) {
  Secret secret = Add(PlainSecret("name"), {"v1"});
  ReadValue("name", "v1", 1);
  secret.labels = CurrentIs("v1");
  Update(secret);
  EXPECT_EQ(FindForRead("name")->generation, 2);

  database_->Write([&](Transaction& transaction) {
    store_.ReplaceValue(transaction, secret, VersionOf("v1"), SealedOf("other"));
  });

  database_->Read([&](Transaction& transaction) {
    const auto found = store_.FindForRead(transaction, AddressOf("name"));
    EXPECT_EQ(TextOf(*store_.FindVersionForRead(transaction, *found, "v1")->value), "other");
  });
}

TEST_P(SecretStoreConformance, ATransactionWithASnapshotDoesNotMixInNewerState) {
  Secret secret = Add(PlainSecret("name"), {"v1"});
  Add(PlainSecret("other"));
  secret.labels = CurrentIs("v1");
  Update(secret);
  static_cast<void>(FindForRead("name"));

  database_->Read([&](Transaction& inner) {
    CountingTransaction transaction(inner);
    static_cast<void>(store_.FindForRead(transaction, AddressOf("other")));
    static_cast<void>(store_.FindForRead(transaction, AddressOf("name")));
    EXPECT_EQ(transaction.queries(), 2);
  });
}

TEST_P(SecretStoreConformance, ARolledBackWriteLeavesTheCacheRight) {
  const Secret secret = Add(PlainSecret("name"), {"v1"});
  const auto update_in_vain = [&](Transaction& transaction) {
    Secret changed = secret;
    changed.description = "never";
    store_.Update(transaction, changed);
    throw std::runtime_error("no");
  };

  EXPECT_THROW(database_->Write(update_in_vain), std::runtime_error);

  EXPECT_EQ(*FindForRead("name"), secret);
  EXPECT_EQ(*FindForRead("name"), secret);
}

TEST_P(SecretStoreConformance, ReadersNeverSeeASecretGoBackwards) {
  constexpr int kUpdates = 300;
  constexpr int kReaders = 3;
  Secret secret = PlainSecret("hot");
  secret.labels = CurrentIs("v0");
  secret = Add(secret, {"v0"});
  Add(PlainSecret("other"), {"v1"});
  std::atomic<bool> is_done = false;

  const auto read = [&](int reader) {
    std::int64_t generation = 0;
    for (int round = reader; !is_done; ++round) {
      database_->Read([&](Transaction& transaction) {
        // Now and then the snapshot is older than the read.
        if (round % 3 == 0) static_cast<void>(store_.Find(transaction, AddressOf("other")));
        const auto found = store_.FindForRead(transaction, AddressOf("hot"));
        EXPECT_GE(found->generation, generation);
        generation = found->generation;
        const std::string current(*found->labels.Holder("AWSCURRENT"));
        const auto version = store_.FindVersionForRead(transaction, *found, current);
        ASSERT_NE(version, nullptr) << current;
        EXPECT_EQ(TextOf(*version->value), current);
        store_.Touch(*found, *version, static_cast<DayNumber>(round));
      });
    }
  };
  std::vector<std::jthread> readers;
  for (int i = 0; i < kReaders; ++i) readers.emplace_back(read, i);
  for (int i = 1; i <= kUpdates; ++i) {
    const std::string id = "v" + std::to_string(i);
    secret.labels = CurrentIs(id);
    database_->Write([&](Transaction& transaction) {
      store_.InsertVersion(transaction, secret, VersionOf(id), SealedOf(id));
      store_.Update(transaction, secret);
    });
  }
  is_done = true;
}

TEST_P(SecretStoreConformance, ReadersNeverSeeAReplacedValueAgain) {
  constexpr int kReplacements = 300;
  Secret secret = Add(PlainSecret("hot"), {"v"});
  std::atomic<bool> is_done = false;
  std::atomic<int> committed = 0;
  const auto replace = [&](int number) {
    database_->Write([&](Transaction& transaction) {
      store_.ReplaceValue(transaction, secret, VersionOf("v"), SealedOf(std::to_string(number)));
      store_.Update(transaction, secret);
    });
    committed = number;
  };
  replace(1);

  const auto read = [&] {
    while (!is_done) {
      const int least = committed;
      database_->Read([&](Transaction& transaction) {
        const auto found = store_.FindForRead(transaction, AddressOf("hot"));
        const auto version = store_.FindVersionForRead(transaction, *found, "v");
        EXPECT_GE(std::stoi(TextOf(*version->value)), least);
      });
    }
  };
  std::vector<std::jthread> readers;
  for (int i = 0; i < 3; ++i) readers.emplace_back(read);
  for (int number = 2; number <= kReplacements; ++number) replace(number);
  is_done = true;
}

}  // namespace coffer::test
