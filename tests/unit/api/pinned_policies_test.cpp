#include "sql/sqlite_database.h"
#include "store/schema.h"
#include "support/api_over_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace coffer::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kAccount = "111122223333";
constexpr std::string_view kAlice = "arn:aws:iam::111122223333:user/alice";
constexpr std::string_view kOnSecret = R"({"SecretId":"db"})";
/// As principals of a policy.
constexpr std::string_view kRoot = R"("111122223333")";
constexpr std::string_view kQuotedAlice = R"("arn:aws:iam::111122223333:user/alice")";
constexpr std::string_view kRootAndAlice =
    R"("111122223333","arn:aws:iam::111122223333:user/alice")";

/// A user alice, a secret and a key, and policies that name her.
class PinnedPoliciesTest : public testing::Test {
 protected:
  PinnedPoliciesTest() {
    api_.Call("CreateSecret",
              R"({"Name":"db","SecretString":"value",
                  "ClientRequestToken":"00000000-0000-4000-8000-000000000001"})",
              kAccount);
    const std::string made = api_.CallKms("CreateKey", "{}", kAccount);
    const std::size_t arn = made.find(R"("Arn":")") + 7;
    on_key_ = R"({"KeyId":")" + made.substr(arn, made.find('"', arn) - arn) + R"("})";
    alice_ = AddUser("alice");
    id_ = Id();
  }

  std::string AddUser(const std::string& name) {
    return api_.AddUser(std::string(kAccount), name, "");
  }
  std::string Id() {
    std::string id;
    database_.Read([&](Transaction& transaction) {
      const auto found = api_.identities().Find<identity::User>(transaction, kAccount, "alice");
      if (found) id = found->entity.id;
    });
    return id;
  }
  void ComeBack() {
    database_.Write([&](Transaction& transaction) {
      api_.identities().Remove(transaction, alice_);
      api_.identities().Remove(transaction, id_);
    });
    alice_ = AddUser("alice");
    ASSERT_NE(Id(), id_);
  }
  void Rename(const std::string& name, const std::string& path) {
    database_.Write([&](Transaction& transaction) {
      auto alice = *api_.identities().FindById<identity::User>(transaction, id_);
      alice.entity.name = name;
      alice.entity.path = path;
      api_.identities().Update(transaction, alice);
    });
  }

  static std::string Statement(std::string_view element, std::string_view principals) {
    const std::string effect = element == "Principal" ? "Allow" : "Deny";
    return R"({"Effect":")" + effect + R"(",")" + std::string(element) + R"(":{"AWS":[)" +
           std::string(principals) + R"(]},"Action":"*","Resource":"*"})";
  }
  /// A request with a policy of one statement in the place of its closing brace.
  static std::string With(std::string_view request, std::string_view member,
                          const std::string& statement) {
    std::string body(request);
    body.back() = ',';
    body += '"' + std::string(member) + R"(":"{\"Statement\":)";
    for (const char c : statement) {
      if (c == '"') body += '\\';
      body += c;
    }
    return body + R"(}"})";
  }
  int PutOnSecret(std::string_view principals, std::string_view element = "Principal") {
    last_ = api_.Call("PutResourcePolicy",
                      With(kOnSecret, "ResourcePolicy", Statement(element, principals)), kAccount);
    return api_.reply().status;
  }
  int PutOnKey(std::string_view principals) {
    last_ = api_.CallKms("PutKeyPolicy",
                         With(on_key_, "Policy", Statement("Principal", principals)), kAccount);
    return api_.reply().status;
  }
  std::string Shown() { return api_.Call("GetResourcePolicy", kOnSecret, kAccount); }
  int Read() {
    last_ = api_.Call("GetSecretValue", kOnSecret, alice_);
    return api_.reply().status;
  }
  std::string KeyPolicyAsAlice() { return api_.CallKms("GetKeyPolicy", on_key_, alice_); }

  sql::SqliteDatabase database_{sql::SqliteOptions{}, store::SqliteSchema()};
  test::ApiOverDatabase api_{database_, 1, PolicyEnforcement::kOn};
  std::string on_key_;
  std::string alice_;  ///< Her access key.
  std::string id_;
  std::string last_;
};

TEST_F(PinnedPoliciesTest, NobodyIsNamedWhoIsNotThere) {  // c28
  for (const std::string_view principal :
       {"arn:aws:iam::111122223333:user/ghost", "arn:aws:iam::111122223333:role/alice",
        "arn:aws:sts::111122223333:assumed-role/ghost/s", "AIDAGONEGONEGONEGON22"}) {
    std::string quoted(kRoot);
    quoted.append(",\"").append(principal).append("\"");
    EXPECT_EQ(PutOnSecret(quoted), 400);
    EXPECT_EQ(last_, R"({"__type":"MalformedPolicyDocumentException",)"
                     R"("Message":"This resource policy contains an unsupported principal."})");
    EXPECT_EQ(PutOnKey(quoted), 400);
    EXPECT_EQ(last_,
              R"({"__type":"MalformedPolicyDocumentException",)"
              R"("message":"Policy contains a statement with one or more invalid principals."})");
    api_.CallKms("CreateKey", With("{ ", "Policy", Statement("Principal", quoted)).erase(1, 1),
                 kAccount);
    EXPECT_EQ(api_.reply().status, 400);
    api_.Call("ValidateResourcePolicy",
              With("{ ", "ResourcePolicy", Statement("Principal", quoted)).erase(1, 1), kAccount);
    EXPECT_EQ(api_.reply().status, 400);
  }
  EXPECT_THAT(Shown(), Not(HasSubstr("ResourcePolicy")));
}

TEST_F(PinnedPoliciesTest, WhoComesBackUnderHisNameIsSomebodyElse) {  // c29
  ASSERT_EQ(PutOnSecret(kQuotedAlice), 200) << last_;
  ASSERT_EQ(PutOnKey(kRootAndAlice), 200) << last_;
  EXPECT_EQ(Read(), 200) << last_;
  EXPECT_THAT(Shown(), HasSubstr(std::string(kAlice)));
  EXPECT_THAT(KeyPolicyAsAlice(), HasSubstr(std::string(kAlice)));

  ComeBack();

  EXPECT_EQ(Read(), 400) << last_;
  EXPECT_THAT(Shown(), HasSubstr(id_));
  EXPECT_THAT(KeyPolicyAsAlice(), HasSubstr("AccessDeniedException"));
  const std::string of_key = api_.CallKms("GetKeyPolicy", on_key_, kAccount);
  EXPECT_THAT(of_key, HasSubstr(id_));
  EXPECT_THAT(of_key, Not(HasSubstr(std::string(kAlice))));
  // What is shown is refused as long as it names somebody who is no more.
  EXPECT_EQ(PutOnSecret('"' + id_ + '"'), 400);
  ASSERT_EQ(PutOnSecret(kQuotedAlice), 200);
  EXPECT_EQ(Read(), 200) << last_;
}

TEST_F(PinnedPoliciesTest, ANewNameOrPathTakesTheGrantAlong) {
  ASSERT_EQ(PutOnSecret(kQuotedAlice), 200);
  ASSERT_EQ(PutOnKey(kRootAndAlice), 200);

  Rename("alicia", "/team/");

  constexpr std::string_view kAlicia = "arn:aws:iam::111122223333:user/team/alicia";
  EXPECT_EQ(Read(), 200) << last_;
  EXPECT_THAT(Shown(), HasSubstr(std::string(kAlicia)));
  EXPECT_THAT(KeyPolicyAsAlice(), HasSubstr(std::string(kAlicia)));
  // The old name is nobody's until somebody gets it, and he has no part in it.
  EXPECT_EQ(PutOnSecret(kQuotedAlice), 400);
  database_.Write([&](Transaction& transaction) {
    api_.identities().Remove(transaction, alice_);  // Her key, whose id the next one gets.
  });
  alice_ = AddUser("alice");
  EXPECT_EQ(Read(), 400);
}

TEST_F(PinnedPoliciesTest, NotPrincipalSparesThePersonToo) {
  database_.Write([&](Transaction& transaction) {
    auto alice = *api_.identities().FindById<identity::User>(transaction, id_);
    alice.entity.policies.inline_policies = {
        {.name = "p",
         .document = R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})"}};
    api_.identities().Update(transaction, alice);
  });
  ASSERT_EQ(PutOnSecret(kRootAndAlice, "NotPrincipal"), 200) << last_;
  EXPECT_EQ(Read(), 200) << last_;

  Rename("alicia", "/");
  EXPECT_EQ(Read(), 200) << last_;
  EXPECT_THAT(Shown(), HasSubstr("user/alicia"));

  Rename("alice", "/");
  ComeBack();
  EXPECT_EQ(Read(), 400);
  EXPECT_THAT(last_, HasSubstr("with an explicit deny in a resource-based policy"));
}

// As policies are that were stored before principals had to exist.
TEST_F(PinnedPoliciesTest, APolicyWithAnArnInItHoldsForTheName) {
  test::ApiOverDatabase lenient(database_, 2, PolicyEnforcement::kOff);
  lenient.Call("PutResourcePolicy",
               With(kOnSecret, "ResourcePolicy",
                    Statement("Principal", R"("arn:aws:iam::111122223333:user/bob")")),
               kAccount);
  ASSERT_EQ(lenient.reply().status, 200);

  alice_ = AddUser("bob");

  EXPECT_EQ(Read(), 200) << last_;
  EXPECT_THAT(Shown(), HasSubstr("arn:aws:iam::111122223333:user/bob"));
}

TEST_F(PinnedPoliciesTest, WhoIsThereIsPinnedWherePoliciesAreNotEnforced) {
  test::ApiOverDatabase lenient(database_, 2, PolicyEnforcement::kOff);
  lenient.Call("PutResourcePolicy",
               With(kOnSecret, "ResourcePolicy", Statement("Principal", kQuotedAlice)), kAccount);
  ASSERT_EQ(lenient.reply().status, 200);

  ComeBack();

  EXPECT_EQ(Read(), 400);
  EXPECT_THAT(Shown(), HasSubstr(id_));
}

}  // namespace
}  // namespace coffer::api
