#include "secrets/replication.h"

#include "support/matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace coffer::secrets {
namespace {

using std::chrono::milliseconds;
using test::IsOk;

constexpr Timestamp kNow{milliseconds(1'700'000'000'123)};

Secret SecretIn(const std::string& region, const std::optional<std::string>& primary_region,
                const std::string& suffix = "a1B2c3") {
  Secret secret;
  secret.address = {.account = "123456789012", .region = region, .name = "app/db"};
  secret.arn_suffix = suffix;
  secret.primary_region = primary_region;
  return secret;
}

TEST(ReplicationTest, PrimaryRegionTellsWhatASecretIs) {
  const Secret plain = SecretIn("us-east-1", std::nullopt);
  const Secret primary = SecretIn("us-east-1", "us-east-1");
  const Secret replica = SecretIn("eu-west-1", "us-east-1");

  EXPECT_FALSE(HasReplicas(plain) || IsReplica(plain));
  EXPECT_TRUE(HasReplicas(primary) && !IsReplica(primary));
  EXPECT_TRUE(IsReplica(replica) && !HasReplicas(replica));
  EXPECT_EQ(PrimaryOf(replica), primary.address);
  EXPECT_EQ(PrimaryOf(primary), primary.address);
}

TEST(ReplicationTest, AReplicaIsOneOfItsPrimaryAlone) {
  const Secret primary = SecretIn("us-east-1", "us-east-1");
  struct Case {
    Secret secret;
    bool is_its_replica;
  };
  Secret of_another_name = SecretIn("eu-west-1", "us-east-1");
  of_another_name.address.name = "app/other";
  const std::vector<Case> cases{{SecretIn("eu-west-1", "us-east-1"), true},
                                {SecretIn("eu-west-1", "us-east-1", "zzzzzz"), false},
                                {SecretIn("eu-west-1", "us-west-2"), false},
                                {SecretIn("eu-west-1", std::nullopt), false},
                                {of_another_name, false},
                                {primary, false}};
  for (const Case& c : cases) {
    EXPECT_EQ(IsReplicaOf(c.secret, primary), c.is_its_replica)
        << c.secret.address.region << " " << c.secret.arn_suffix;
  }
}

TEST(ReplicationTest, ReplicasStayInTheirPartitionAndAmongTheServedRegions) {
  const std::vector<std::string> served{"cn-north-1", "cn-northwest-1", "eu-west-1", "us-east-1",
                                        "us-gov-west-1"};
  struct Case {
    std::string region;
    std::string own;
    bool is_allowed;
  };
  const std::vector<Case> cases{{"eu-west-1", "us-east-1", true},
                                {"us-east-1", "us-east-1", false},
                                {"eu-west-2", "us-east-1", false},
                                {"mars-north-1", "us-east-1", false},
                                {"", "us-east-1", false},
                                {"cn-north-1", "us-east-1", false},
                                {"us-east-1", "cn-north-1", false},
                                {"cn-northwest-1", "cn-north-1", true},
                                {"us-gov-west-1", "us-east-1", false}};
  for (const Case& c : cases) {
    const auto checked = CheckReplicaRegion(c.region, c.own, served);
    if (c.is_allowed) {
      EXPECT_THAT(checked, IsOk()) << c.region;
    } else {
      ASSERT_FALSE(checked.has_value()) << c.region << " from " << c.own;
      EXPECT_EQ(checked.error(),
                (ApiError{ErrorCode::kInvalidParameter, "Invalid replica region."}));
    }
  }
}

TEST(ReplicationTest, WhatKeepsASecretFromAReplica) {
  const Secret primary = SecretIn("us-east-1", "us-east-1");
  const std::string taken = "Secret name app/db already exists in region eu-west-1.";
  const std::string other =
      "Secret name app/db is currently replicated to eu-west-1 with a "
      "different arn";
  const std::string parent =
      "Secret name app/db in region eu-west-1 has replicas of its own. Remove them first.";
  struct Case {
    Secret holder;
    bool by_force;
    std::optional<std::string> obstacle;
  };
  const std::vector<Case> cases{
      {SecretIn("eu-west-1", std::nullopt, "zzzzzz"), false, taken},
      {SecretIn("eu-west-1", std::nullopt, "zzzzzz"), true, std::nullopt},
      {SecretIn("eu-west-1", std::nullopt), false, taken},  // It was promoted.
      {SecretIn("eu-west-1", std::nullopt), true, std::nullopt},
      {SecretIn("eu-west-1", "us-west-2", "zzzzzz"), false, other},
      {SecretIn("eu-west-1", "us-west-2", "zzzzzz"), true, other},
      {SecretIn("eu-west-1", "eu-west-1", "zzzzzz"), false, taken},
      {SecretIn("eu-west-1", "eu-west-1", "zzzzzz"), true, parent}};
  for (const Case& c : cases) EXPECT_EQ(Obstacle(c.holder, primary, c.by_force), c.obstacle);
}

TEST(ReplicationTest, AReplicaHasEverythingOfItsPrimaryButWhatIsItsOwn) {
  Secret primary = SecretIn("us-east-1", "us-east-1");
  primary.id = 7;
  primary.generation = 12;
  primary.description = "what for";
  primary.kms_key_id = "alias/primary";
  primary.type = "SalesforceClientSecret";
  primary.owning_service = "rds";
  primary.resource_policy = "{}";
  primary.tags = std::vector<Tag>{{.key = "team", .value = "blue"}};
  primary.created = kNow;
  primary.last_changed = kNow + milliseconds(5);
  primary.last_accessed = 20'000;
  primary.labels = StagingLabels(StagingLabels::Map{{"AWSCURRENT", "v1"}});
  primary.version_count = 1;
  Secret held = SecretIn("eu-west-1", "us-east-1");
  held.id = 8;
  held.generation = 3;
  held.kms_key_id = "alias/own";
  held.created = kNow + milliseconds(1);
  held.last_accessed = 19'999;

  const Secret replica = Following(primary, held);

  Secret expected = primary;
  expected.id = held.id;
  expected.generation = held.generation;
  expected.address = held.address;
  expected.kms_key_id = held.kms_key_id;
  expected.created = held.created;
  expected.last_accessed = held.last_accessed;
  EXPECT_EQ(replica, expected);
}

Version VersionOf(const std::string& id, int age, bool has_value = true) {
  Version version;
  version.id = id;
  version.created = kNow - milliseconds(age);
  version.has_value = has_value;
  return version;
}

std::string Shown(const VersionChanges& changes) {
  std::string text = "copied";
  for (const Version& version : changes.copied) text += " " + version.id;
  text += ", filled";
  for (const Version& version : changes.filled) text += " " + version.id;
  text += ", removed";
  for (const std::string& id : changes.removed) text += " " + id;
  return text;
}

TEST(ReplicationTest, VersionsAreCompared) {
  struct Case {
    std::vector<Version> primary;
    std::vector<Version> replica;
    std::string changes;
  };
  const std::vector<Case> cases{
      {{}, {}, "copied, filled, removed"},
      {{VersionOf("a", 2), VersionOf("b", 1)}, {}, "copied a b, filled, removed"},
      {{VersionOf("a", 2)}, {VersionOf("a", 2)}, "copied, filled, removed"},
      {{VersionOf("b", 1)}, {VersionOf("a", 2)}, "copied b, filled, removed a"},
      {{VersionOf("a", 2)}, {VersionOf("a", 2, false)}, "copied, filled a, removed"},
      {{VersionOf("a", 2, false)}, {VersionOf("a", 2, false)}, "copied, filled, removed"},
      // Removed in the meantime, and its id used again.
      {{VersionOf("a", 1)}, {VersionOf("a", 2)}, "copied a, filled, removed a"},
  };
  for (const Case& c : cases) {
    const VersionChanges changes = Compare(c.primary, c.replica);
    EXPECT_EQ(Shown(changes), c.changes);
    EXPECT_EQ(changes.empty(), c.changes == "copied, filled, removed");
  }
}

TEST(ReplicationTest, StatusMessagesAreAws) {
  Replica replica;
  NoteFailure(replica, "Access to KMS is not allowed");
  EXPECT_FALSE(replica.in_sync);
  EXPECT_EQ(replica.message, "Replication failed: Access to KMS is not allowed");

  NoteSuccess(replica);
  EXPECT_TRUE(replica.in_sync);
  EXPECT_EQ(replica.message, "Replication succeeded");
}

TEST(ReplicationTest, ReplicasAreFoundByTheirRegion) {
  Replication replication{{{.region = "eu-west-1", .kms_key_id = "a", .message = {}},
                           {.region = "us-west-2", .kms_key_id = "b", .message = {}}}};

  ASSERT_NE(replication.Find("us-west-2"), nullptr);
  EXPECT_EQ(replication.Find("us-west-2")->kms_key_id, "b");
  EXPECT_EQ(replication.Find("us-west-1"), nullptr);
  EXPECT_EQ(replication.regions(), (std::vector<std::string>{"eu-west-1", "us-west-2"}));
}

}  // namespace
}  // namespace coffer::secrets
