#include "sql/sqlite_database.h"
#include "store/schema.h"
#include "support/api_over_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer::api {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kAccount = "111122223333";
constexpr std::string_view kOther = "444455556666";

/// A statement of an identity policy.
std::string Allow(std::string_view actions, std::string_view resource = R"("*")",
                  std::string_view condition = "{}") {
  return R"({"Effect":"Allow","Action":)" + std::string(actions) + R"(,"Resource":)" +
         std::string(resource) + R"(,"Condition":)" + std::string(condition) + "}";
}
std::string Policy(const std::string& statements) {
  return R"({"Version":"2012-10-17","Statement":[)" + statements + "]}";
}

class AuthorizationTest : public testing::Test {
 protected:
  AuthorizationTest() {
    const std::string created =
        AsRoot("CreateSecret",
               R"({"Name":"app/db","SecretString":"value","Tags":[{"Key":"team","Value":"red"}],
                            "ClientRequestToken":"00000000-0000-4000-8000-000000000001"})");
    arn_ = created.substr(8, created.find('"', 8) - 8);
  }

  std::string AsRoot(std::string_view operation, std::string_view body) {
    return api_.Call(operation, body, kAccount);
  }
  /// A new user of the owner's account with these statements.
  std::string User(const std::string& statements) {
    const std::string name = "u" + std::to_string(++users_);
    return api_.AddUser(std::string(kAccount), name, statements.empty() ? "" : Policy(statements));
  }
  std::string Put(std::string_view policy) {
    std::string escaped;
    for (const char c : policy) {
      if (c == '"') escaped += '\\';
      escaped += c;
    }
    return AsRoot("PutResourcePolicy",
                  R"({"SecretId":"app/db","ResourcePolicy":")" + escaped + R"("})");
  }
  /// The reply in short: `200`, or the error's code.
  std::string Try(const std::string& key, std::string_view operation, std::string_view body) {
    last_ = api_.Call(operation, body, key);
    if (api_.reply().status == 200) return "200";
    const std::size_t begin = last_.find(R"("__type":")") + 10;
    return last_.substr(begin, last_.find('"', begin) - begin);
  }
  std::string Quoted(const std::string& text) { return '"' + text + '"'; }

  sql::SqliteDatabase database_{sql::SqliteOptions{}, store::SqliteSchema()};
  test::ApiOverDatabase api_{database_, 1, PolicyEnforcement::kOn};
  std::string arn_;
  std::string last_;
  int users_ = 0;
};

constexpr std::string_view kGet = R"({"SecretId":"app/db"})";
constexpr std::string_view kGetMissing = R"({"SecretId":"app/none"})";
constexpr std::string_view kCreate =
    R"({"Name":"app/new","ClientRequestToken":"00000000-0000-4000-8000-000000000009"})";
constexpr std::string_view kCreateTagged =
    R"({"Name":"app/new","Tags":[{"Key":"team","Value":"blue"}],
        "ClientRequestToken":"00000000-0000-4000-8000-000000000009"})";

TEST_F(AuthorizationTest, TheRootUserNeedsNoPolicy) {
  EXPECT_EQ(Try(std::string(kAccount), "GetSecretValue", kGet), "200");
}

TEST_F(AuthorizationTest, WithoutPolicyNothingIsAllowedAndNothingRevealed) {
  const std::string key = User("");
  for (const auto body : {kGet, kGetMissing}) {
    EXPECT_EQ(Try(key, "GetSecretValue", body), "AccessDeniedException");
  }
  EXPECT_THAT(last_, HasSubstr("User: arn:aws:iam::111122223333:user/u1 is not authorized to "
                               "perform: secretsmanager:GetSecretValue on resource: app/none "
                               "because no identity-based policy allows the "
                               "secretsmanager:GetSecretValue action"));
  EXPECT_EQ(Try(key, "ListSecrets", "{}"), "AccessDeniedException");
  EXPECT_THAT(last_, HasSubstr("perform: secretsmanager:ListSecrets because no identity"));
}

TEST_F(AuthorizationTest, EachOperationAsksForItsOwnPermissionAndMore) {
  struct Case {
    std::string statements;
    std::string_view operation;
    std::string_view body;
    std::string_view reply;
    std::string_view message = "";
  };
  const std::string create = R"("secretsmanager:CreateSecret")";
  const std::string get = R"("secretsmanager:GetSecretValue")";
  const std::string batch = R"("secretsmanager:BatchGetSecretValue")";
  const std::string list = R"("secretsmanager:ListSecrets")";
  const std::string tag = R"("secretsmanager:TagResource")";
  const std::string of_app = R"("arn:aws:secretsmanager:us-east-1:111122223333:secret:app/*")";
  const auto with = [](std::string_view key, std::string_view value) {
    return R"({"StringEquals":{")" + std::string(key) + R"(":")" + std::string(value) + R"("}})";
  };
  constexpr std::string_view kBatch = R"({"SecretIdList":["app/db","app/x"]})";
  constexpr std::string_view kFiltered = R"({"Filters":[{"Key":"name","Values":["app"]}]})";
  constexpr std::string_view kStage = R"({"SecretId":"app/db","VersionStage":"AWSCURRENT"})";
  const std::vector<Case> cases{
      {Allow(create), "CreateSecret", kCreateTagged, "AccessDeniedException",
       "perform: secretsmanager:TagResource on resource: app/new"},
      {Allow(create), "CreateSecret",
       R"({"Name":"app/db","ClientRequestToken":"00000000-0000-4000-8000-000000000009"})",
       "ResourceExistsException"},
      {Allow(get), "CreateSecret",
       R"({"Name":"app/db","ClientRequestToken":"00000000-0000-4000-8000-000000000009"})",
       "AccessDeniedException", "on resource: app/db"},
      {Allow(get), "GetSecretValue", kGetMissing, "ResourceNotFoundException"},
      {Allow(get, of_app), "GetSecretValue", kGetMissing, "ResourceNotFoundException"},
      {Allow(get, Quoted(arn_)), "GetSecretValue", kGetMissing, "AccessDeniedException",
       "on resource: app/none"},
      {Allow(get, Quoted(arn_)), "GetSecretValue", kGet, "200"},
      {Allow(get, Quoted(arn_)), "DescribeSecret", kGet, "AccessDeniedException",
       "secretsmanager:DescribeSecret on resource: arn:aws:"},
      {Allow(get, Quoted(arn_.substr(0, arn_.size() - 7))), "GetSecretValue", kGet,
       "AccessDeniedException"},
      {Allow(get), "BatchGetSecretValue", kBatch, "AccessDeniedException",
       "perform: secretsmanager:BatchGetSecretValue because"},
      {Allow(batch) + "," + Allow(get, Quoted(arn_)), "BatchGetSecretValue", kBatch, "200",
       "AccessDeniedException"},
      {Allow("[" + batch + "," + get + "]"), "BatchGetSecretValue", kFiltered,
       "AccessDeniedException", "secretsmanager:ListSecrets"},
      {Allow("[" + batch + "," + get + "," + list + "]"), "BatchGetSecretValue", kFiltered, "200"},
      {Allow(list), "ListSecrets", "{}", "200", "app/db"},
      {Allow(list, of_app), "ListSecrets", "{}", "AccessDeniedException"},
      {Allow(get, R"("*")", with("secretsmanager:VersionStage", "AWSCURRENT")), "GetSecretValue",
       kStage, "200"},
      {Allow(get, R"("*")", with("secretsmanager:VersionStage", "AWSCURRENT")), "GetSecretValue",
       kGet, "AccessDeniedException"},
      {Allow(get, R"("*")", with("aws:ResourceTag/team", "red")), "GetSecretValue", kGet, "200"},
      {Allow(get, R"("*")", with("secretsmanager:ResourceTag/team", "blue")), "GetSecretValue",
       kGet, "AccessDeniedException"},
      {Allow(get, R"("*")", with("secretsmanager:SecretId", arn_)), "GetSecretValue", kGet, "200"},
      {Allow(get, R"("*")", with("secretsmanager:SecretId", arn_)), "GetSecretValue", kGetMissing,
       "AccessDeniedException", "on resource: app/none"},
      {Allow(get, R"("*")", with("secretsmanager:SecretId", "app/none")), "GetSecretValue",
       kGetMissing, "ResourceNotFoundException"},
      {Allow(create, R"("*")", R"({"Null":{"secretsmanager:SecretId":"true"}})"), "CreateSecret",
       R"({"Name":"app/db","ClientRequestToken":"00000000-0000-4000-8000-000000000009"})",
       "ResourceExistsException"},
      {Allow(tag, R"("*")", with("aws:ResourceTag/stage", "test")), "TagResource",
       R"({"SecretId":"app/none","Tags":[{"Key":"stage","Value":"test"}]})",
       "AccessDeniedException"},
      {Allow(get, R"("*")", with("aws:PrincipalAccount", kAccount)), "GetSecretValue", kGet, "200"},
      {Allow(get, R"("*")", with("aws:RequestedRegion", "eu-west-1")), "GetSecretValue", kGet,
       "AccessDeniedException"},
      {Allow(tag, R"("*")", with("aws:RequestTag/stage", "test")), "TagResource",
       R"({"SecretId":"app/db","Tags":[{"Key":"stage","Value":"test"}]})", "200"},
      {Allow(tag, R"("*")", with("aws:RequestTag/stage", "test")), "TagResource",
       R"({"SecretId":"app/db","Tags":[{"Key":"stage","Value":"live"}]})", "AccessDeniedException"},
      {Allow(create, R"("*")", with("secretsmanager:Name", "app/other")), "CreateSecret", kCreate,
       "AccessDeniedException"},
      {Allow(create, of_app, with("secretsmanager:Name", "app/new")), "CreateSecret", kCreate,
       "200"},
  };
  for (const Case& tested : cases) {
    const std::string key = User(tested.statements);
    EXPECT_EQ(Try(key, tested.operation, tested.body), tested.reply) << tested.statements << last_;
    EXPECT_THAT(last_, HasSubstr(std::string(tested.message))) << tested.statements;
  }
}

TEST_F(AuthorizationTest, AnExplicitDenyOfTheSecretHoldsForRootToo) {
  Put(R"({"Statement":{"Effect":"Deny","Principal":"*","Action":"secretsmanager:GetSecretValue","Resource":"*"}})");
  EXPECT_EQ(Try(std::string(kAccount), "GetSecretValue", kGet), "AccessDeniedException");
  EXPECT_THAT(last_, HasSubstr("with an explicit deny in a resource-based policy"));
}

TEST_F(AuthorizationTest, TheSecretsPolicyAloneLetsANamedUserIn) {
  const std::string key = User("");
  Put(R"({"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/u1"},"Action":"secretsmanager:GetSecretValue","Resource":"*"}})");
  EXPECT_EQ(Try(key, "GetSecretValue", kGet), "200");
  EXPECT_EQ(Try(key, "DescribeSecret", kGet), "AccessDeniedException");
}

TEST_F(AuthorizationTest, AcrossAccountsBothSidesMustAllowAndTheKeyToo) {
  const std::string key =
      api_.AddUser(std::string(kOther), "bob", Policy(Allow(R"("secretsmanager:*")")));
  const std::string by_arn = R"({"SecretId":")" + arn_ + R"("})";
  EXPECT_EQ(Try(key, "DescribeSecret", by_arn), "AccessDeniedException");
  EXPECT_THAT(last_, HasSubstr("because no resource-based policy allows"));

  Put(R"({"Statement":{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"secretsmanager:*","Resource":"*"}})");
  EXPECT_EQ(Try(key, "DescribeSecret", by_arn), "200");
  EXPECT_EQ(Try(key, "GetSecretValue", by_arn), "InvalidRequestException");
  EXPECT_THAT(last_, HasSubstr("encrypt the secret with the default KMS service key."));
  // By name it is another secret: one of the caller's own account.
  EXPECT_EQ(Try(key, "DescribeSecret", kGet), "ResourceNotFoundException");
}

TEST_F(AuthorizationTest, ACustomerKeyNeedsItsOwnPermission) {
  AsRoot("CreateSecret", R"({"Name":"sealed","SecretString":"v","KmsKeyId":"alias/mine",
                             "ClientRequestToken":"00000000-0000-4000-8000-000000000002"})");
  constexpr std::string_view kSealed = R"({"SecretId":"sealed"})";
  const std::string without = User(Allow(R"("secretsmanager:*")"));
  EXPECT_EQ(Try(without, "GetSecretValue", kSealed), "AccessDeniedException");
  EXPECT_THAT(last_, HasSubstr("Access to KMS is not allowed"));
  EXPECT_EQ(Try(without, "UpdateSecret", R"({"SecretId":"sealed","Description":"d"})"), "200");
  const std::string with = User(Allow(R"(["secretsmanager:*","kms:Decrypt"])"));
  EXPECT_EQ(Try(with, "GetSecretValue", kSealed), "200");
  EXPECT_EQ(Try(with, "PutSecretValue", R"({"SecretId":"sealed","SecretString":"w",
      "ClientRequestToken":"00000000-0000-4000-8000-000000000003"})"),
            "AccessDeniedException");
}

TEST_F(AuthorizationTest, AChangeOfAnIdentityHoldsForTheNextCall) {
  const std::string key = User(Allow(R"("secretsmanager:GetSecretValue")"));
  ASSERT_EQ(Try(key, "GetSecretValue", kGet), "200");
  const auto change = [&](auto edit) {
    database_.Write([&](Transaction& transaction) { edit(transaction); });
  };

  change([&](Transaction& transaction) {
    auto user = *api_.identities().Find<identity::User>(transaction, kAccount, "u1");
    user.entity.policies = {};
    api_.identities().Update(transaction, user);
  });
  EXPECT_EQ(Try(key, "GetSecretValue", kGet), "AccessDeniedException");

  change([&](Transaction& transaction) {
    auto stored = *api_.identities().FindById<identity::AccessKey>(transaction, key);
    stored.entity.is_active = false;
    api_.identities().Update(transaction, stored);
  });
  // Any signature is trusted here, and who is not known is the root user of the default account.
  EXPECT_EQ(Try(key, "GetSecretValue", kGet), "ResourceNotFoundException");
}

}  // namespace
}  // namespace coffer::api
