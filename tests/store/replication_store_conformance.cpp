#include "store/replication_store_conformance.h"

#include <array>
#include <vector>

namespace coffer::test {

using secrets::Replica;
using secrets::Replication;
using store::IntegrityError;

namespace {

Replica ReplicaIn(const std::string& region, bool in_sync = true) {
  return {.region = region,
          .kms_key_id = "alias/mine",
          .in_sync = in_sync,
          .message = in_sync ? "Replication succeeded" : "Replication failed: why"};
}

}  // namespace

TEST_P(ReplicationStoreConformance, ReplicasComeBackInTheirOrder) {
  const Replication replication{{ReplicaIn("us-west-2"), ReplicaIn("eu-west-1", false)}};
  const auto secret = Add("s", replication);

  EXPECT_EQ(Find(secret), replication);
  Read([&](Transaction& transaction) {
    store_.ForEach(transaction, [](const IntegrityError& error) { ADD_FAILURE() << error.what(); });
  });
}

TEST_P(ReplicationStoreConformance, TheRowIsReplacedAndGoesWithTheLastReplica) {
  const auto secret = Add("s", {{ReplicaIn("us-west-2"), ReplicaIn("eu-west-1")}});
  const Replication fewer{{ReplicaIn("eu-west-1")}};

  Write([&](Transaction& transaction) { store_.Put(transaction, secret.id, fewer); });
  EXPECT_EQ(Find(secret), fewer);

  Write([&](Transaction& transaction) { store_.Put(transaction, secret.id, {}); });
  EXPECT_EQ(Find(secret), std::nullopt);
}

TEST_P(ReplicationStoreConformance, WhatBelongsToASecretEndsWithIt) {
  const auto secret = Add("s", {{ReplicaIn("us-west-2")}});

  Write([&](Transaction& transaction) { secrets_.Remove(transaction, secret); });

  EXPECT_EQ(Find(secret), std::nullopt);
}

TEST_P(ReplicationStoreConformance, ThoseThatFailedAreFoundPageByPage) {
  std::vector<std::int64_t> failed;
  for (int number = 0; number < 5; ++number) {
    Add("good " + std::to_string(number), {{ReplicaIn("us-west-2")}});
    const auto secret =
        Add("bad " + std::to_string(number), {{ReplicaIn("us-west-2"), ReplicaIn("x-1", false)}});
    failed.push_back(secret.id);
  }
  Read([&](Transaction& transaction) {
    EXPECT_EQ(store_.Failed(transaction, 0, 100), failed);
    EXPECT_EQ(store_.Failed(transaction, 0, 2), (std::vector{failed[0], failed[1]}));
    EXPECT_EQ(store_.Failed(transaction, failed[2], 100), (std::vector{failed[3], failed[4]}));
  });

  Write([&](Transaction& transaction) {
    store_.Put(transaction, failed[0], {{ReplicaIn("us-west-2"), ReplicaIn("x-1")}});
  });

  Read([&](Transaction& transaction) {
    EXPECT_EQ(store_.Failed(transaction, 0, 1), std::vector{failed[1]});
  });
}

TEST_P(ReplicationStoreConformance, AnEditedListIsNoticed) {
  static constexpr std::array kEdits = {
      Statement{"UPDATE replications SET secret_id = 2 WHERE secret_id = 1"},
      Statement{"UPDATE replications SET body = replace(body, 'eu-west-1', 'eu-west-2')"},
      Statement{"UPDATE replications SET body = replace(body, 'true', 'false')"},
  };
  const auto secret = Add("s", {{ReplicaIn("eu-west-1")}});
  const auto other = Add("t", {});
  ASSERT_EQ(secret.id, 1);
  ASSERT_EQ(other.id, 2);
  for (const Statement& edit : kEdits) {
    int damaged = 0;
    const auto edit_and_read = [&](Transaction& transaction) {
      EXPECT_EQ(transaction.Execute(edit, {}), 1) << edit.sql;
      store_.ForEach(transaction, [&](const IntegrityError&) { ++damaged; });
      static_cast<void>(store_.Find(transaction, secret.id));
      static_cast<void>(store_.Find(transaction, other.id));
    };
    // The exception takes the edit back.
    EXPECT_THROW(Write(edit_and_read), IntegrityError) << edit.sql;
    EXPECT_EQ(damaged, 1) << edit.sql;
  }
}

}  // namespace coffer::test
