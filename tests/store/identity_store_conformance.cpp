#include "store/identity_store_conformance.h"

#include <vector>

namespace coffer::test {

using identity::AccessKey;
using identity::User;
using store::Stored;

TEST_P(IdentityStoreConformance, FindsByNameInAnyLetterCaseAndById) {
  const Stored<User> alice = Add("Alice");
  Add("Alice", "999999999999");

  EXPECT_EQ(Find("aLICE")->entity, alice.entity);
  EXPECT_EQ(Find("Alice", "999999999999")->account, "999999999999");
  EXPECT_FALSE(Find("Bob").has_value());
  Read([&](Transaction& transaction) {
    EXPECT_EQ(store_.FindById<User>(transaction, alice.entity.id)->entity, alice.entity);
    EXPECT_FALSE(store_.FindById<AccessKey>(transaction, alice.entity.id).has_value());
  });
}

TEST_P(IdentityStoreConformance, KnowsTheAccountsThatHaveAnything) {
  const Stored<User> alice = Add("alice");
  const auto has = [&](std::string_view account) {
    bool found = false;
    Read([&](Transaction& transaction) {
      found = store::IdentityStore::HasAccount(transaction, account);
    });
    return found;
  };

  EXPECT_TRUE(has(kAccount));
  EXPECT_FALSE(has("999999999999"));
  Write([&](Transaction& transaction) { store_.Remove(transaction, alice.entity.id); });
  EXPECT_FALSE(has(kAccount));
}

TEST_P(IdentityStoreConformance, AnEntityIsChangedAndRenamed) {
  Stored<User> user = Add("old");
  user.entity.name = "New";
  user.entity.tags = {{.key = "team", .value = "blue"}};
  user.entity.boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess";

  Write([&](Transaction& transaction) { store_.Update(transaction, user); });

  EXPECT_FALSE(Find("old").has_value());
  EXPECT_EQ(Find("new")->entity, user.entity);
  EXPECT_EQ(Find("new")->generation, 2);
}

TEST_P(IdentityStoreConformance, AStaleChangeIsABug) {
  Stored<User> user = Add("a");
  Stored<User> stale = user;
  Write([&](Transaction& transaction) { store_.Update(transaction, user); });

  EXPECT_THROW(Write([&](Transaction& transaction) { store_.Update(transaction, stale); }),
               std::logic_error);
}

TEST_P(IdentityStoreConformance, ListsByNameBehindAName) {
  for (const std::string name : {"c", "A", "b"}) Add(name);
  Add("z", "999999999999");
  std::vector<std::string> names;
  Read([&](Transaction& transaction) {
    store_.List<User>(transaction, kAccount, "a", [&](const Stored<User>& user) {
      names.push_back(user.entity.name);
      return true;
    });
  });
  EXPECT_EQ(names, (std::vector<std::string>{"b", "c"}));
}

TEST_P(IdentityStoreConformance, CountsOneKindInOneAccount) {
  const Stored<User> user = Add("a");
  Add("b");
  Add("z", "999999999999");
  const auto count = [&] {
    std::int64_t users = 0;
    Read([&](Transaction& transaction) {
      users = store_.Count<User>(transaction, kAccount);
      EXPECT_EQ(store_.Count<AccessKey>(transaction, kAccount), 0);
    });
    return users;
  };

  EXPECT_EQ(count(), 2);
  Write([&](Transaction& transaction) { store_.Remove(transaction, user.entity.id); });
  EXPECT_EQ(count(), 1);
}

TEST_P(IdentityStoreConformance, KeysBelongToTheirUser) {
  const Stored<User> user = Add("a");
  Write([&](Transaction& transaction) {
    for (const std::string id : {"AKIA2", "AKIA1"}) {
      Stored<AccessKey> key{.account = kAccount,
                            .owner = user.entity.id,
                            .entity = {.id = id, .name = id, .created = At(2)}};
      store_.Insert(transaction, key);
    }
  });
  Read([&](Transaction& transaction) {
    const auto keys = store_.OwnedBy<AccessKey>(transaction, user.entity.id);
    ASSERT_EQ(keys.size(), 2U);
    EXPECT_EQ(keys[0].entity.id, "AKIA1");
    EXPECT_EQ(keys[0].owner, user.entity.id);
  });
}

TEST_P(IdentityStoreConformance, ARemovedEntityIsGoneAndItsNameFree) {
  const Stored<User> user = Add("a");
  Write([&](Transaction& transaction) { store_.Remove(transaction, user.entity.id); });
  EXPECT_FALSE(Find("a").has_value());
  Add("a");
}

TEST_P(IdentityStoreConformance, EachSettledChangeCounts) {
  const std::uint64_t before = store_.changes();
  Stored<User> user = Add("a");
  const std::uint64_t added = store_.changes();
  EXPECT_GT(added, before);
  Write([&](Transaction& transaction) { store_.Update(transaction, user); });
  EXPECT_GT(store_.changes(), added);
}

TEST_P(IdentityStoreConformance, AnEditedRowIsRefused) {
  static constexpr Statement kEdit{"UPDATE identities SET body = replace(body, '/', '/x/')"};
  Add("a");
  Write([&](Transaction& transaction) { transaction.Execute(kEdit, {}); });
  EXPECT_THROW(static_cast<void>(Find("a")), store::IntegrityError);
  int damaged = 0;
  Read([&](Transaction& transaction) {
    EXPECT_EQ(store_.ForEach(transaction, [&](const store::IntegrityError&) { ++damaged; }), 1);
  });
  EXPECT_EQ(damaged, 1);
}

TEST_P(IdentityStoreConformance, UsesAreWrittenDownAndEndWithTheirIdentity) {
  const std::string id = Add("a").entity.id;
  const store::IdentityUse first{.at = At(5), .service = "iam", .region = "us-east-1"};
  const store::IdentityUse second{.at = At(6), .service = "kms", .region = "eu-west-1"};
  store::IdentityUses& uses = store_.uses();
  const std::uint64_t changes = store_.changes();
  const store::IdentityUses restarted(mac_);
  const auto find = [&](const store::IdentityUses& from) {
    std::optional<store::IdentityUse> found;
    Read([&](Transaction& transaction) { found = from.Find(transaction, id); });
    return found;
  };
  const auto flush = [&] {
    const auto pending = uses.Pending();
    Write([&](Transaction& transaction) { uses.Write(transaction, pending); });
    uses.Forget(pending);
  };
  EXPECT_EQ(find(uses), std::nullopt);

  uses.Note(id, first);
  uses.Note("gone", first);
  EXPECT_EQ(find(uses), first);
  EXPECT_EQ(find(restarted), std::nullopt);
  flush();
  EXPECT_EQ(find(restarted), first);
  uses.Note(id, second);
  uses.Note(id, first);  // A thread that comes late.
  EXPECT_EQ(find(uses), second);
  flush();
  EXPECT_EQ(find(restarted), second);

  EXPECT_TRUE(uses.Pending().empty());
  EXPECT_EQ(store_.changes(), changes);
  Write([&](Transaction& transaction) { store_.Remove(transaction, id); });
  EXPECT_EQ(find(restarted), std::nullopt);
}

TEST_P(IdentityStoreConformance, WhatWasNotedDuringAFlushStaysPending) {
  const std::string id = Add("a").entity.id;
  const store::IdentityUse later{.at = At(6), .service = "kms", .region = "eu-west-1"};
  store::IdentityUses& uses = store_.uses();
  uses.Note(id, {.at = At(5), .service = "iam", .region = "us-east-1"});

  const auto pending = uses.Pending();
  Write([&](Transaction& transaction) { uses.Write(transaction, pending); });
  uses.Note(id, later);
  uses.Forget(pending);

  EXPECT_EQ(uses.Pending(), (store::IdentityUses::ById{{id, later}}));
}

TEST_P(IdentityStoreConformance, AnEditedUseIsRefused) {
  static constexpr Statement kEdit{"UPDATE identity_uses SET service = 'sts'"};
  const std::string id = Add("a").entity.id;
  const store::IdentityUses::ById use{{id, {.at = At(5), .service = "iam", .region = "us-east-1"}}};
  Write([&](Transaction& transaction) { store_.uses().Write(transaction, use); });
  Write([&](Transaction& transaction) { transaction.Execute(kEdit, {}); });

  int damaged = 0;
  Read([&](Transaction& transaction) {
    EXPECT_THROW(static_cast<void>(store_.uses().Find(transaction, id)), store::IntegrityError);
    store_.uses().ForEach(transaction, [&](const store::IntegrityError&) { ++damaged; });
  });
  EXPECT_EQ(damaged, 1);
}

}  // namespace coffer::test
