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
using ::testing::Not;

constexpr std::string_view kAccount = "111122223333";
constexpr std::string_view kOther = "444455556666";

std::string Policy(std::string_view statements) {
  return R"({"Version":"2012-10-17","Statement":[)" + std::string(statements) + "]}";
}
/// A statement of an identity policy.
std::string Allow(std::string_view actions) {
  return R"({"Effect":"Allow","Resource":"*","Action":)" + std::string(actions) + "}";
}
/// A statement of a key policy.
std::string Grant(std::string_view principal, std::string_view condition = "{}") {
  return R"({"Effect":"Allow","Principal":{"AWS":")" + std::string(principal) +
         R"("},"Action":"kms:*","Resource":"*","Condition":)" + std::string(condition) + "}";
}

class KmsTest : public testing::Test {
 protected:
  KmsTest() {
    api_.AddUser(std::string(kAccount), "somebody", "");
    const std::string created = api_.CallKms("CreateKey", "{}", kAccount);
    key_arn_ = MemberOf(created, "Arn");
    AsRoot("CreateSecret", R"({"Name":"db","SecretString":"value","KmsKeyId":")" + key_arn_ +
                               R"(","ClientRequestToken":"00000000-0000-4000-8000-000000000001"})");
    secret_arn_ = MemberOf(api_.Call("DescribeSecret", R"({"SecretId":"db"})", kAccount), "ARN");
  }

  static std::string MemberOf(const std::string& json, const std::string& name) {
    const std::size_t begin = json.find('"' + name + R"(":")") + name.size() + 4;
    return json.substr(begin, json.find('"', begin) - begin);
  }
  std::string AsRoot(std::string_view operation, const std::string& body) {
    return Short(api_.Call(operation, body, kAccount));
  }
  /// The reply in short: `200`, or the error's code.
  std::string Short(const std::string& reply) {
    last_ = reply;
    return api_.reply().status == 200 ? "200" : MemberOf(reply, "__type");
  }
  std::string User(std::string_view statements, std::string_view account = kAccount) {
    return api_.AddUser(std::string(account), "u" + std::to_string(++users_),
                        statements.empty() ? "" : Policy(statements));
  }
  std::string TryKms(const std::string& key, std::string_view operation, const std::string& body) {
    return Short(api_.CallKms(operation, body, key));
  }
  std::string Describe(const std::string& key) {
    return TryKms(key, "DescribeKey", R"({"KeyId":")" + key_arn_ + R"("})");
  }
  std::string Read(const std::string& key) {
    return Short(api_.Call("GetSecretValue", R"({"SecretId":")" + secret_arn_ + R"("})", key));
  }
  static std::string Escaped(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
      if (c == '"') escaped += '\\';
      escaped += c;
    }
    return escaped;
  }
  std::string PutPolicy(std::string_view statements, bool may_lock_out = true) {
    return TryKms(std::string(kAccount), "PutKeyPolicy",
                  R"({"KeyId":")" + key_arn_ + R"(","Policy":")" + Escaped(Policy(statements)) +
                      R"(","BypassPolicyLockoutSafetyCheck":)" + (may_lock_out ? "true" : "false") +
                      "}");
  }
  void OpenSecretTo(std::string_view principal) {
    const std::string policy =
        R"({"Statement":{"Effect":"Allow","Action":"secretsmanager:*","Resource":"*",)"
        R"("Principal":{"AWS":")" +
        std::string(principal) + R"("}}})";
    ASSERT_EQ(AsRoot("PutResourcePolicy",
                     R"({"SecretId":"db","ResourcePolicy":")" + Escaped(policy) + R"("})"),
              "200");
  }

  sql::SqliteDatabase database_{sql::SqliteOptions{}, store::SqliteSchema()};
  test::ApiOverDatabase api_{database_, 1, PolicyEnforcement::kOn};
  std::string key_arn_;
  std::string secret_arn_;
  std::string last_;
  int users_ = 0;
};

TEST_F(KmsTest, AKeysPolicyDecidesFirst) {
  const std::string none = User("");                      // u1
  const std::string allowed = User(Allow(R"("kms:*")"));  // u2
  const std::string u1 = "arn:aws:iam::111122223333:user/u1";
  const std::string somebody = "arn:aws:iam::111122223333:user/somebody";
  struct Case {
    std::string grants;
    std::string key;
    std::string reply;
  };
  const Case cases[] = {
      {Grant("111122223333"), none, "AccessDeniedException"},
      {Grant("111122223333"), allowed, "200"},
      {Grant(u1), none, "200"},
      {Grant(somebody), allowed, "AccessDeniedException"},
      {Grant(somebody), std::string(kAccount), "AccessDeniedException"},
  };
  for (const Case& tested : cases) {
    // Each from a key of its own: a policy may keep out whoever put it.
    key_arn_ = MemberOf(api_.CallKms("CreateKey", "{}", kAccount), "Arn");
    ASSERT_EQ(PutPolicy(tested.grants), "200") << last_;
    EXPECT_EQ(Describe(tested.key), tested.reply) << tested.grants << last_;
  }
  EXPECT_THAT(last_, HasSubstr("User: arn:aws:iam::111122223333:root is not authorized to perform: "
                               "kms:DescribeKey on resource: " +
                               key_arn_ + " because no resource-based policy allows"));
}

TEST_F(KmsTest, ASecretIsReadThroughItsKeysPolicy) {
  const std::string reader = User(Allow(R"("secretsmanager:*")"));
  EXPECT_EQ(Read(reader), "AccessDeniedException");
  EXPECT_THAT(last_, HasSubstr("Access to KMS is not allowed"));

  const auto with = [](const std::string& key, const std::string& value) {
    return R"({"StringEquals":{")" + key + R"(":")" + value + R"("}})";
  };
  const std::string root = Grant("111122223333");
  const std::string u1 = "arn:aws:iam::111122223333:user/u1";
  const std::string via = with("kms:ViaService", "secretsmanager.us-east-1.amazonaws.com");
  const std::string of_other = with("kms:EncryptionContext:SecretARN", secret_arn_ + "x");
  const std::string of_this = with("kms:EncryptionContext:SecretARN", secret_arn_);
  const std::string of_version =
      with("kms:EncryptionContext:SecretVersionId", "00000000-0000-4000-8000-000000000001");
  const std::string by_account = with("kms:CallerAccount", std::string(kAccount));
  const std::pair<std::string, std::string> cases[] = {
      {via, "200"},
      {of_this, "200"},
      {of_version, "200"},
      {by_account, "200"},
      {of_other, "AccessDeniedException"},
      {with("kms:ViaService", "s3.us-east-1.amazonaws.com"), "AccessDeniedException"},
  };
  for (const auto& [condition, reply] : cases) {
    ASSERT_EQ(PutPolicy(root + "," + Grant(u1, condition)), "200") << last_;
    EXPECT_EQ(Read(reader), reply) << condition << last_;
  }
  ASSERT_EQ(PutPolicy(root + "," + Grant(u1, via)), "200");
  EXPECT_EQ(Describe(reader), "AccessDeniedException");
}

TEST_F(KmsTest, AcrossAccountsTheKeyMustAdmitTheReader) {
  OpenSecretTo(kOther);
  const std::string with = User(Allow(R"(["secretsmanager:*","kms:Decrypt"])"), kOther);
  const std::string without = User(Allow(R"("secretsmanager:*")"), kOther);
  EXPECT_EQ(Read(with), "AccessDeniedException");
  EXPECT_THAT(last_, HasSubstr("Access to KMS is not allowed"));

  ASSERT_EQ(PutPolicy(Grant("111122223333") + "," + Grant(kOther)), "200");

  EXPECT_EQ(Read(with), "200");
  EXPECT_EQ(Read(without), "AccessDeniedException");
  EXPECT_THAT(last_, HasSubstr("Access to KMS is not allowed"));
}

TEST_F(KmsTest, AVersionUnderAnOlderKeyNeedsThatKey) {
  // Versions without a label of the service's are not sealed anew.
  AsRoot("UpdateSecretVersionStage",
         R"({"SecretId":"db","VersionStage":"old",)"
         R"("MoveToVersionId":"00000000-0000-4000-8000-000000000001"})");
  for (const char last : {'2', '3'}) {
    ASSERT_EQ(AsRoot("PutSecretValue",
                     std::string(R"({"SecretId":"db","SecretString":"new","ClientRequestToken":)") +
                         R"("00000000-0000-4000-8000-00000000000)" + last + R"("})"),
              "200");
  }
  ASSERT_EQ(AsRoot("UpdateSecret", R"({"SecretId":"db","KmsKeyId":""})"), "200");
  const std::string key = User(Allow(R"("secretsmanager:*")"));
  const auto read = [&](const std::string& stage) {
    return Short(
        api_.Call("GetSecretValue", R"({"SecretId":"db","VersionStage":")" + stage + R"("})", key));
  };

  EXPECT_EQ(read("AWSCURRENT"), "200");
  EXPECT_EQ(read("old"), "AccessDeniedException");
  EXPECT_THAT(last_, HasSubstr("Access to KMS is not allowed"));
}

TEST_F(KmsTest, OnlyWorkWithValuesNeedsTheKey) {
  const std::string key = User(Allow(R"("secretsmanager:*")"));
  const auto update = [&](const std::string& members) {
    return Short(api_.Call(
        "UpdateSecret",
        R"({"SecretId":"db","ClientRequestToken":"00000000-0000-4000-8000-000000000007",)" +
            members + "}",
        key));
  };
  EXPECT_EQ(update(R"("Description":"d")"), "200");
  EXPECT_EQ(update(R"("SecretString":"s")"), "AccessDeniedException");
  EXPECT_THAT(last_, HasSubstr("Access to KMS is not allowed"));
}

// AWS: what the caller can't open stays under the key that sealed it.
TEST_F(KmsTest, ANewKeySealsAnewWhatTheCallerMayOpen) {
  const auto keys = [&] {
    last_ = api_.Call("ListSecretVersionIds", R"({"SecretId":"db"})", kAccount);
    return last_;
  };
  const std::string to_default = R"({"SecretId":"db","KmsKeyId":""})";
  const std::string without = User(Allow(R"("secretsmanager:*")"));
  EXPECT_EQ(Short(api_.Call("UpdateSecret", to_default, without)), "200") << last_;
  EXPECT_THAT(keys(), HasSubstr(key_arn_));
  EXPECT_EQ(Read(std::string(kAccount)), "200");
  EXPECT_EQ(Read(without), "AccessDeniedException");

  EXPECT_EQ(AsRoot("UpdateSecret", to_default), "200");
  EXPECT_THAT(keys(), Not(HasSubstr(key_arn_)));
  EXPECT_EQ(Read(without), "200");
  // The other way the new key is needed.
  EXPECT_EQ(Short(api_.Call("UpdateSecret", R"({"SecretId":"db","KmsKeyId":")" + key_arn_ + R"("})",
                            without)),
            "AccessDeniedException");
  EXPECT_THAT(last_, HasSubstr("Access to KMS is not allowed"));
}

TEST_F(KmsTest, AKeyThatIsToBeDeletedSealsAndOpensNothing) {
  const std::string body = R"({"KeyId":")" + key_arn_ + R"("})";
  const std::string root(kAccount);
  ASSERT_EQ(TryKms(root, "ScheduleKeyDeletion", body), "200");
  EXPECT_EQ(Read(root), "DecryptionFailure");
  EXPECT_EQ(
      AsRoot("PutSecretValue", R"({"SecretId":"db","SecretString":"s",)"
                               R"("ClientRequestToken":"00000001-0000-4000-8000-000000000000"})"),
      "EncryptionFailure");
  EXPECT_EQ(TryKms(root, "EnableKey", body), "KMSInvalidStateException");
  EXPECT_THAT(last_, HasSubstr(key_arn_ + " is pending deletion."));

  ASSERT_EQ(TryKms(root, "CancelKeyDeletion", body), "200");
  EXPECT_EQ(Read(root), "DecryptionFailure");
  ASSERT_EQ(TryKms(root, "EnableKey", body), "200");
  EXPECT_EQ(Read(root), "200");
}

TEST_F(KmsTest, AMessageIsOpenedThroughItsKeysPolicy) {
  const std::string context = R"("EncryptionContext":{"Team":"blue","other":"x"})";
  const std::string root(kAccount);
  ASSERT_EQ(TryKms(root, "Encrypt",
                   R"({"KeyId":")" + key_arn_ + R"(","Plaintext":"AAEC",)" + context + "}"),
            "200");
  const std::string blob = R"("CiphertextBlob":")" + MemberOf(last_, "CiphertextBlob") + '"';
  const std::string user = User("");  // u1
  const std::string unseen = "The ciphertext refers to a customer master key that does not exist";
  const auto decrypt = [&](const std::string& more) {
    return TryKms(user, "Decrypt", "{" + blob + "," + more + "}");
  };
  EXPECT_EQ(decrypt(context), "AccessDeniedException");
  EXPECT_THAT(last_, HasSubstr(unseen));
  EXPECT_EQ(decrypt(context + R"(,"KeyId":")" + key_arn_ + '"'), "AccessDeniedException");
  EXPECT_THAT(last_, HasSubstr("is not authorized to perform: kms:Decrypt on resource: "));

  struct Case {
    std::string condition;
    bool fits;
  };
  const Case cases[] = {
      {R"({"StringEquals":{"kms:EncryptionContext:Team":"blue"}})", true},
      // Condition keys have no letter case.
      {R"({"StringEquals":{"kms:EncryptionContext:team":"blue"}})", true},
      {R"({"StringEquals":{"kms:EncryptionContext:Team":"red"}})", false},
      {R"({"Null":{"kms:EncryptionContext:missing":"false"}})", false},
      {R"({"ForAnyValue:StringEquals":{"kms:EncryptionContextKeys":"Team"}})", true},
      {R"({"ForAnyValue:StringEquals":{"kms:EncryptionContextKeys":"team"}})", false},
      {R"({"ForAllValues:StringEquals":{"kms:EncryptionContextKeys":["Team"]}})", false},
      {R"({"StringEquals":{"kms:EncryptionAlgorithm":"SYMMETRIC_DEFAULT"}})", true},
      {R"({"Null":{"kms:ViaService":"false"}})", false},
      {R"({"StringEquals":{"kms:CallerAccount":"111122223333"}})", true},
  };
  for (const auto& [condition, fits] : cases) {
    ASSERT_EQ(PutPolicy(Grant("111122223333") + "," +
                        Grant("arn:aws:iam::111122223333:user/u1", condition)),
              "200");
    EXPECT_EQ(decrypt(context), fits ? "200" : "AccessDeniedException") << condition;
    if (!fits) {
      EXPECT_THAT(last_, HasSubstr(unseen));
    }
  }
}

TEST_F(KmsTest, ConditionsSeeHowLongADeletionWaits) {
  const std::string user =
      User(R"({"Effect":"Allow","Resource":"*","Action":"kms:*","Condition":{"NumericGreaterThan":)"
           R"({"kms:ScheduleKeyDeletionPendingWindowInDays":"10"}}})");
  const auto schedule = [&](const std::string& days) {
    return TryKms(user, "ScheduleKeyDeletion",
                  R"({"KeyId":")" + key_arn_ + R"(","PendingWindowInDays":)" + days + "}");
  };
  EXPECT_EQ(schedule("7"), "AccessDeniedException");
  EXPECT_EQ(schedule("11"), "200") << last_;
}

TEST_F(KmsTest, ADisabledKeySealsAndOpensNothing) {
  const std::string body = R"({"KeyId":")" + key_arn_ + R"("})";
  const std::string root(kAccount);
  const auto put = [&](const std::string& token) {
    return AsRoot("PutSecretValue",
                  R"({"SecretId":"db","SecretString":"s","ClientRequestToken":")" + token +
                      R"(-0000-4000-8000-000000000000"})");
  };
  ASSERT_EQ(TryKms(root, "DisableKey", body), "200");
  EXPECT_EQ(Read(root), "DecryptionFailure");
  EXPECT_EQ(put("00000001"), "EncryptionFailure");
  EXPECT_EQ(Describe(root), "200");
  EXPECT_THAT(last_, HasSubstr(R"("KeyState":"Disabled")"));

  ASSERT_EQ(TryKms(root, "EnableKey", body), "200");
  EXPECT_EQ(Read(root), "200");
  EXPECT_EQ(put("00000002"), "200");
}

TEST_F(KmsTest, TheDefaultKeyIsTheServicesOwn) {
  AsRoot("CreateSecret", R"({"Name":"plain","SecretString":"value",
                             "ClientRequestToken":"00000000-0000-4000-8000-000000000001"})");
  const std::string root(kAccount);
  ASSERT_EQ(TryKms(root, "DescribeKey", R"({"KeyId":"alias/aws/secretsmanager"})"), "200");
  EXPECT_THAT(last_, HasSubstr(R"("KeyManager":"AWS")"));
  const std::string body = R"({"KeyId":")" + MemberOf(last_, "Arn") + R"("})";
  EXPECT_EQ(TryKms(root, "GetKeyPolicy", body), "200");
  EXPECT_EQ(TryKms(root, "DisableKey", body), "AccessDeniedException");
  EXPECT_EQ(TryKms(root, "ListAliases", "{}"), "200");
  EXPECT_THAT(last_, HasSubstr("alias/aws/secretsmanager"));
}

TEST_F(KmsTest, APolicyThatLocksOutIsRefusedUnlessItIsMeant) {
  const std::string somebody = Grant("arn:aws:iam::111122223333:user/somebody");
  EXPECT_EQ(PutPolicy(somebody, false), "MalformedPolicyDocumentException");
  EXPECT_THAT(last_, HasSubstr("will not allow you to update the key policy in the future."));
  EXPECT_EQ(PutPolicy(Grant("111122223333"), false), "200");
  EXPECT_EQ(PutPolicy(somebody, true), "200");
}

TEST_F(KmsTest, ErrorsAreSpelledAsKmsDoes) {
  const std::string user = User("");
  const std::string body = R"({"KeyId":")" + key_arn_ + R"("})";
  EXPECT_EQ(TryKms(user, "DescribeKey", body), "AccessDeniedException");
  EXPECT_THAT(last_, HasSubstr(R"({"__type":"AccessDeniedException","message":"User: arn:aws:)"));
  EXPECT_EQ(TryKms(user, "DisableKey", body), "AccessDeniedException");  // A write.
  EXPECT_THAT(last_, HasSubstr(R"({"__type":"AccessDeniedException","message":"User: arn:aws:)"));
  EXPECT_EQ(TryKms(user, "DescribeKey", "{}"), "ValidationException");
  EXPECT_THAT(last_, HasSubstr(R"({"__type":"ValidationException","message":"1 validation)"));
  // What Secrets Manager says of the same is its own.
  EXPECT_EQ(Read(user), "AccessDeniedException");
  EXPECT_THAT(last_, HasSubstr(R"({"__type":"AccessDeniedException","Message":"User: arn:aws:)"));
}

TEST_F(KmsTest, AnAliasNeedsItselfAndItsKey) {
  const std::string body = R"({"AliasName":"alias/a","TargetKeyId":")" + key_arn_ + R"("})";
  EXPECT_EQ(TryKms(User(""), "CreateAlias", body), "AccessDeniedException");
  EXPECT_THAT(last_, HasSubstr("on resource: arn:aws:kms:us-east-1:111122223333:alias/a because"));
  EXPECT_EQ(TryKms(User(Allow(R"("kms:CreateAlias")")), "CreateAlias", body), "200");
  EXPECT_EQ(TryKms(std::string(kAccount), "CreateAlias", body), "AlreadyExistsException");
}

TEST_F(KmsTest, WhatIsNotThereIsNotRevealed) {
  const std::string body = R"({"KeyId":"11111111-2222-3333-4444-555555555555"})";
  EXPECT_EQ(TryKms(User(""), "DescribeKey", body), "AccessDeniedException");
  EXPECT_EQ(TryKms(User(Allow(R"("kms:DescribeKey")")), "DescribeKey", body), "NotFoundException");
  EXPECT_EQ(TryKms(User(Allow(R"("kms:*")"), kOther), "DescribeKey",
                   R"({"KeyId":"arn:aws:kms:us-east-1:111122223333:key/x"})"),
            "AccessDeniedException");
}

TEST_F(KmsTest, AConditionKnowsTheArnOfTheKeyThatARequestNames) {
  const std::string id = key_arn_.substr(key_arn_.find('/') + 1);
  AsRoot("CreateSecret", R"({"Name":"plain","SecretString":"value",)"
                         R"("ClientRequestToken":"00000000-0000-4000-8000-000000000002"})");
  ASSERT_EQ(TryKms(std::string(kAccount), "CreateAlias",
                   R"({"AliasName":"alias/mine","TargetKeyId":")" + id + R"("})"),
            "200");
  TryKms(std::string(kAccount), "DescribeKey", R"({"KeyId":"alias/aws/secretsmanager"})");
  const std::string default_arn = MemberOf(last_, "Arn");
  const std::string alias_arn = "arn:aws:kms:us-east-1:111122223333:alias/mine";
  const std::string unmade = "arn:aws:kms:us-east-1:111122223333:key/unmade";
  const std::string of_other_partition = "arn:other" + key_arn_.substr(key_arn_.find(":kms:"));
  struct Case {
    std::string wanted;
    std::string sent;  ///< Empty: no KmsKeyId.
    bool fits;
  };
  const Case cases[] = {
      {key_arn_, key_arn_, true},
      // The key that is meant counts, not how its ARN is written.
      {key_arn_, of_other_partition, true},
      {of_other_partition, of_other_partition, false},
      {key_arn_, id, true},
      {key_arn_, "alias/mine", true},
      {key_arn_, alias_arn, true},
      {key_arn_, "alias/aws/secretsmanager", false},
      {key_arn_, "unmade", false},
      {key_arn_, "alias/unmade", false},
      {key_arn_, "", false},
      {default_arn, "alias/aws/secretsmanager", true},
      {default_arn, "", false},
      {unmade, "unmade", true},
      {alias_arn, "alias/mine", false},
  };
  for (const auto& [wanted, sent, fits] : cases) {
    const std::string key =
        User(R"({"Effect":"Allow","Resource":"*","Action":"secretsmanager:*","Condition":)"
             R"({"ArnEquals":{"secretsmanager:KmsKeyArn":")" +
             wanted + R"("}}},)" + Allow(R"("kms:*")"));
    const std::string member = sent.empty() ? "" : R"(,"KmsKeyId":")" + sent + '"';

    const std::string updated = Short(
        api_.Call("UpdateSecret", R"({"SecretId":"plain","Description":"d")" + member + "}", key));
    EXPECT_EQ(updated, fits ? "200" : "AccessDeniedException") << wanted << " " << sent << last_;
    const std::string name = "made-" + std::to_string(users_);
    const std::string made = Short(api_.Call(
        "CreateSecret",
        R"({"Name":")" + name + R"(","ClientRequestToken":"00000000-0000-4000-8000-000000000003")" +
            member + "}",
        key));
    EXPECT_EQ(made, fits ? "200" : "AccessDeniedException") << wanted << " " << sent << last_;
  }
}

}  // namespace
}  // namespace coffer::api
