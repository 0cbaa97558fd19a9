#include "api/named_principals.h"

#include "sql/sqlite_database.h"
#include "store/schema.h"
#include "support/api_over_database.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace coffer::api {
namespace {

constexpr std::string_view kAccount = "111122223333";
constexpr std::string_view kOther = "444455556666";  // Has a user.
constexpr std::string_view kAliceId = "AIDAALICEALICEALICE2";
constexpr std::string_view kRoleId = "AROAROLEROLEROLEROL2";

class NamedPrincipalsTest : public testing::Test {
 protected:
  NamedPrincipalsTest() {
    Insert(identity::User{.id = std::string(kAliceId), .name = "alice", .path = "/team/"});
    Insert(identity::Role{.id = std::string(kRoleId), .name = "R", .path = "/svc/"});
    Insert(identity::Group{.id = "AGPAGROUPGROUPGROUP22", .name = "readers"});
    api_.AddUser(std::string(kOther), "bob", "");
  }

  template <class Entity>
  void Insert(Entity entity) {
    store::Stored<Entity> stored{.account = std::string(kAccount), .entity = std::move(entity)};
    database_.Write(
        [&](Transaction& transaction) { api_.identities().Insert(transaction, stored); });
  }
  policy::NamedPrincipal Find(std::string_view principal, PolicyEnforcement enforcement,
                              std::string_view caller = kAccount) {
    policy::NamedPrincipal found;
    database_.Read([&](Transaction& transaction) {
      found = NamedPrincipals(api_.iam(), transaction, caller, enforcement).Find(principal);
    });
    return found;
  }
  std::optional<std::string> ArnOf(std::string_view id) {
    std::optional<std::string> arn;
    database_.Read([&](Transaction& transaction) {
      arn = NamedPrincipals(api_.iam(), transaction, kAccount, PolicyEnforcement::kOn).ArnOf(id);
    });
    return arn;
  }

  sql::SqliteDatabase database_{sql::SqliteOptions{}, store::SqliteSchema()};
  test::ApiOverDatabase api_{database_};
};

TEST_F(NamedPrincipalsTest, WhoIsOfAnAccountThatIsHereMustBeThere) {
  struct Case {
    std::string_view principal;
    std::string_view id;
    bool is_missing;
  };
  for (const auto& [principal, id, is_missing] : {
           Case{"arn:aws:iam::111122223333:user/team/alice", kAliceId, false},
           {"arn:aws:iam::111122223333:role/svc/R", kRoleId, false},
           {kAliceId, "", false},
           {kRoleId, "", false},
           // Almost.
           {"arn:aws:iam::111122223333:user/alice", "", true},
           {"arn:aws:iam::111122223333:user/team/Alice", "", true},
           {"arn:aws:iam::111122223333:user/team/ghost", "", true},
           {"arn:aws:iam::111122223333:user/svc/R", "", true},
           {"arn:aws:iam::111122223333:role/R", "", true},
           {"arn:aws:iam::111122223333:user/readers", "", true},
           {"arn:aws-cn:iam::111122223333:user/team/alice", "", true},
           {"arn:aws:iam::444455556666:user/ghost", "", true},
           {"AIDAGONEGONEGONEGON22", "", true},
           {"AROAGONEGONEGONEGON22", "", true},
           // A session is its role's, and stays a name.
           {"arn:aws:sts::111122223333:assumed-role/R/s", "", false},
           {"arn:aws:sts::111122223333:assumed-role/r/s", "", true},
           {"arn:aws:sts::111122223333:assumed-role/Q/s", "", true},
           {"arn:aws-cn:sts::111122223333:assumed-role/R/s", "", true},
           // Whoever has the account, and what only he can say.
           {"*", "", false},
           {kAccount, "", false},
           {"999999999999", "", false},
           {"arn:aws:iam::111122223333:root", "", false},
           {"arn:aws:iam::999999999999:root", "", false},
           {"arn:aws:sts::111122223333:federated-user/anybody", "", false},
           // An account that is elsewhere.
           {"arn:aws:iam::999999999999:user/ghost", "", false},
           {"arn:aws:iam::999999999999:role/svc/R", "", false},
           {"arn:aws:sts::999999999999:assumed-role/Q/s", "", false},
       }) {
    const policy::NamedPrincipal found = Find(principal, PolicyEnforcement::kOn);

    EXPECT_EQ(found.unique_id.value_or(""), id) << principal;
    EXPECT_EQ(found.is_missing, is_missing) << principal;
  }
}

TEST_F(NamedPrincipalsTest, AnAccountIsHereWhenItCalls) {
  constexpr std::string_view kGhost = "arn:aws:iam::999999999999:user/ghost";

  EXPECT_FALSE(Find(kGhost, PolicyEnforcement::kOn).is_missing);
  EXPECT_TRUE(Find(kGhost, PolicyEnforcement::kOn, "999999999999").is_missing);
}

TEST_F(NamedPrincipalsTest, NobodyIsMissedWherePoliciesAreNotEnforced) {
  for (const auto enforcement : {PolicyEnforcement::kOff, PolicyEnforcement::kSoft}) {
    EXPECT_FALSE(Find("arn:aws:iam::111122223333:user/ghost", enforcement).is_missing);
    EXPECT_FALSE(Find("AIDAGONEGONEGONEGON22", enforcement).is_missing);
    EXPECT_EQ(Find("arn:aws:iam::111122223333:user/team/alice", enforcement).unique_id, kAliceId);
  }
}

TEST_F(NamedPrincipalsTest, AnIdLeadsToTheArnOfNow) {
  EXPECT_EQ(ArnOf(kAliceId), "arn:aws:iam::111122223333:user/team/alice");
  EXPECT_EQ(ArnOf(kRoleId), "arn:aws:iam::111122223333:role/svc/R");
  EXPECT_EQ(ArnOf("AIDAGONEGONEGONEGON22"), std::nullopt);
  EXPECT_EQ(ArnOf("AROAGONEGONEGONEGON22"), std::nullopt);
}

}  // namespace
}  // namespace coffer::api
