#include "api/secret_context.h"

#include "api/json_codec.h"
#include "api/shape_parameters.h"
#include "base/http_message.h"
#include "services/secretsmanager/operation_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

namespace coffer::api {
namespace {

namespace sm = services::secretsmanager;
using Keys = std::map<std::string, std::string>;

constexpr std::string_view kArn =
    "arn:aws:secretsmanager:us-east-1:111122223333:secret:app/db-a1B2c3";
constexpr std::string_view kKeyArn = "arn:aws:kms:us-east-1:111122223333:key/k";
constexpr std::string_view kToken =
    R"(,"ClientRequestToken":"00000000-0000-4000-8000-000000000001")";

// All of AWS's service authorization reference for Secrets Manager, and global ones on tags.
constexpr auto kNames =
    std::to_array<std::string_view>({"secretsmanager:AddReplicaRegions",
                                     "secretsmanager:BlockPublicPolicy",
                                     "secretsmanager:Description",
                                     "secretsmanager:ExternalSecretRotationRoleArn",
                                     "secretsmanager:ForceDeleteWithoutRecovery",
                                     "secretsmanager:ForceOverwriteReplicaSecret",
                                     "secretsmanager:KmsKeyArn",
                                     "secretsmanager:KmsKeyId",
                                     "secretsmanager:ModifyRotationRules",
                                     "secretsmanager:Name",
                                     "secretsmanager:RecoveryWindowInDays",
                                     "secretsmanager:ResourceTag/team",
                                     "secretsmanager:RotateImmediately",
                                     "secretsmanager:RotationLambdaARN",
                                     "secretsmanager:SecretId",
                                     "secretsmanager:SecretPrimaryRegion",
                                     "secretsmanager:Type",
                                     "secretsmanager:VersionId",
                                     "secretsmanager:VersionStage",
                                     "secretsmanager:resource/AllowRotationLambdaArn",
                                     "secretsmanager:resource/Type",
                                     "aws:ResourceTag/team",
                                     "aws:RequestTag/team",
                                     "aws:TagKeys"});

secrets::Secret SampleSecret() {
  secrets::Secret secret;
  secret.tags = std::vector<secrets::Tag>{{.key = "Team", .value = "red"}};
  secret.type = "stored-type";
  secret.primary_region = "eu-west-1";
  return secret;
}

std::string Text(const policy::ContextValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  std::string joined;
  for (const std::string& item : std::get<std::vector<std::string>>(value)) joined += item + "|";
  return joined;
}

/// Which of the keys are there, with their values, in a call with these parameters.
Keys KeysOf(const RequestParameters& parameters, const SecretTarget& target) {
  const sigv4::Caller caller;
  const Identity identity;
  const base::HttpRequest request;
  const CallFacts facts{.caller = caller,
                        .identity = identity,
                        .request = request,
                        .parameters = parameters,
                        .now = {}};
  const SecretContext context(facts, target);
  Keys keys;
  for (const std::string_view name : kNames) {
    const policy::ContextValue value = context.Find(policy::ContextKey(name));
    if (!std::holds_alternative<std::monostate>(value)) keys[std::string(name)] = Text(value);
  }
  return keys;
}

template <class Request>
Keys KeysOf(const std::string& body, const SecretTarget& target) {
  const Result<Request> request = DecodeRequest<Request>(body);
  if (!request) {
    ADD_FAILURE() << body << request.error().message;
    return {};
  }
  return KeysOf(ShapeParameters<Request>(*request), target);
}

/// What every call about one secret has, and these.
Keys WithSecrets(Keys keys) {
  keys.merge(Keys{{"secretsmanager:ResourceTag/team", "red"},
                  {"aws:ResourceTag/team", "red"},
                  {"secretsmanager:SecretId", std::string(kArn)},
                  {"secretsmanager:SecretPrimaryRegion", "eu-west-1"},
                  {"secretsmanager:resource/Type", "stored-type"}});
  return keys;
}

struct Row {
  std::string_view operation;
  Keys (*keys_of)(const std::string& body, const SecretTarget& target);
  std::string body;
  SecretTarget target;
  Keys keys;
};

/// One row at least for every operation.
std::vector<Row> Rows(const secrets::Secret& secret) {
  const SecretTarget found{
      .account = "111122223333", .secret = &secret, .secret_id = kArn, .kms_key_arn = {}};
  SecretTarget found_with_key = found;
  found_with_key.kms_key_arn = kKeyArn;
  const SecretTarget made{.account = "111122223333", .kms_key_arn = kKeyArn, .is_new = true};
  const SecretTarget none{.account = "111122223333"};
  const SecretTarget missing{.account = "111122223333", .secret_id = "app/none"};
  const std::string token(kToken);
  const std::string id = R"({"SecretId":"app/db")";
  constexpr std::string_view kTags =
      R"("Tags":[{"Key":"Team","Value":"blue"},{"Key":"stage","Value":"test"}])";
  const std::string tags(kTags);
  return {
      {"BatchGetSecretValue",
       &KeysOf<sm::BatchGetSecretValueRequest>,
       R"({"SecretIdList":["app/db"]})",
       none,
       {}},
      {"CreateSecret",
       &KeysOf<sm::CreateSecretRequest>,
       R"({"Name":"n","Description":"d","KmsKeyId":"alias/k","Type":"t",)"
       R"("ForceOverwriteReplicaSecret":true,"AddReplicaRegions":[{"Region":"eu-west-1"},)"
       R"({"Region":"us-west-2","KmsKeyId":"x"}],)" +
           tags + token + "}",
       made,
       {{"secretsmanager:Name", "n"},
        {"secretsmanager:Description", "d"},
        {"secretsmanager:KmsKeyId", "alias/k"},
        {"secretsmanager:KmsKeyArn", std::string(kKeyArn)},
        {"secretsmanager:Type", "t"},
        {"secretsmanager:ForceOverwriteReplicaSecret", "true"},
        {"secretsmanager:AddReplicaRegions", "eu-west-1|us-west-2|"},
        {"secretsmanager:ResourceTag/team", "blue"},
        {"aws:ResourceTag/team", "blue"},
        {"aws:RequestTag/team", "blue"},
        {"aws:TagKeys", "Team|stage|"}}},
      {"CreateSecret",
       &KeysOf<sm::CreateSecretRequest>,
       R"({"Name":"n","Description":null)" + token + "}",
       {.account = "111122223333", .is_new = true},
       {{"secretsmanager:Name", "n"}}},
      {"DeleteResourcePolicy", &KeysOf<sm::DeleteResourcePolicyRequest>, id + "}", found,
       WithSecrets({})},
      {"DeleteSecret", &KeysOf<sm::DeleteSecretRequest>, id + R"(,"RecoveryWindowInDays":7})",
       found, WithSecrets({{"secretsmanager:RecoveryWindowInDays", "7"}})},
      {"DeleteSecret",
       &KeysOf<sm::DeleteSecretRequest>,
       R"({"SecretId":"app/none","ForceDeleteWithoutRecovery":true})",
       missing,
       {{"secretsmanager:ForceDeleteWithoutRecovery", "true"},
        {"secretsmanager:SecretId", "app/none"}}},
      {"DescribeSecret", &KeysOf<sm::DescribeSecretRequest>, id + "}", found, WithSecrets({})},
      {"GetRandomPassword", &KeysOf<sm::GetRandomPasswordRequest>, "{}", none, {}},
      {"GetResourcePolicy", &KeysOf<sm::GetResourcePolicyRequest>, id + "}", found,
       WithSecrets({})},
      {"GetSecretValue", &KeysOf<sm::GetSecretValueRequest>,
       id + R"(,"VersionId":"00000000-0000-4000-8000-000000000001","VersionStage":"AWSCURRENT"})",
       found,
       WithSecrets({{"secretsmanager:VersionId", "00000000-0000-4000-8000-000000000001"},
                    {"secretsmanager:VersionStage", "AWSCURRENT"}})},
      {"GetSecretValue", &KeysOf<sm::GetSecretValueRequest>, id + R"(,"VersionStage":null})", found,
       WithSecrets({})},
      {"GetSecretValue",
       &KeysOf<sm::GetSecretValueRequest>,
       R"({"SecretId":"app/none"})",
       missing,
       {{"secretsmanager:SecretId", "app/none"}}},
      {"ListSecretVersionIds", &KeysOf<sm::ListSecretVersionIdsRequest>, id + "}", found,
       WithSecrets({})},
      {"ListSecrets", &KeysOf<sm::ListSecretsRequest>, "{}", none, {}},
      {"PutResourcePolicy", &KeysOf<sm::PutResourcePolicyRequest>,
       id + R"(,"ResourcePolicy":"{}","BlockPublicPolicy":false})", found,
       WithSecrets({{"secretsmanager:BlockPublicPolicy", "false"}})},
      {"PutResourcePolicy", &KeysOf<sm::PutResourcePolicyRequest>,
       id + R"(,"ResourcePolicy":"{}"})", found, WithSecrets({})},
      {"PutSecretValue", &KeysOf<sm::PutSecretValueRequest>,
       id + R"(,"SecretString":"s","VersionStages":["AWSCURRENT"])" + token + "}", found,
       WithSecrets({})},
      {"RemoveRegionsFromReplication", &KeysOf<sm::RemoveRegionsFromReplicationRequest>,
       id + R"(,"RemoveReplicaRegions":["eu-west-1"]})", found, WithSecrets({})},
      {"ReplicateSecretToRegions", &KeysOf<sm::ReplicateSecretToRegionsRequest>,
       id + R"(,"AddReplicaRegions":[{"Region":"eu-west-1"},{"Region":"us-west-2"}],)"
            R"("ForceOverwriteReplicaSecret":false})",
       found,
       WithSecrets({{"secretsmanager:AddReplicaRegions", "eu-west-1|us-west-2|"},
                    {"secretsmanager:ForceOverwriteReplicaSecret", "false"}})},
      {"RestoreSecret", &KeysOf<sm::RestoreSecretRequest>, id + "}", found, WithSecrets({})},
      {"StopReplicationToReplica", &KeysOf<sm::StopReplicationToReplicaRequest>, id + "}", found,
       WithSecrets({})},
      {"TagResource", &KeysOf<sm::TagResourceRequest>, id + "," + tags + "}", found,
       WithSecrets({{"aws:RequestTag/team", "blue"}, {"aws:TagKeys", "Team|stage|"}})},
      // The tags of a request are not those of a secret that is not there.
      {"TagResource",
       &KeysOf<sm::TagResourceRequest>,
       R"({"SecretId":"app/none",)" + tags + "}",
       missing,
       {{"secretsmanager:SecretId", "app/none"},
        {"aws:RequestTag/team", "blue"},
        {"aws:TagKeys", "Team|stage|"}}},
      {"UntagResource", &KeysOf<sm::UntagResourceRequest>, id + R"(,"TagKeys":["a","b"]})", found,
       WithSecrets({{"aws:TagKeys", "a|b|"}})},
      {"UpdateSecret", &KeysOf<sm::UpdateSecretRequest>,
       id + R"(,"Description":"","KmsKeyId":"k","Type":"t","SecretString":"s")" + token + "}",
       found_with_key,
       WithSecrets({{"secretsmanager:Description", ""},
                    {"secretsmanager:KmsKeyId", "k"},
                    {"secretsmanager:KmsKeyArn", std::string(kKeyArn)},
                    {"secretsmanager:Type", "t"}})},
      {"UpdateSecretVersionStage", &KeysOf<sm::UpdateSecretVersionStageRequest>,
       id + R"(,"VersionStage":"x","MoveToVersionId":"00000000-0000-4000-8000-000000000001"})",
       found, WithSecrets({{"secretsmanager:VersionStage", "x"}})},
      {"ValidateResourcePolicy", &KeysOf<sm::ValidateResourcePolicyRequest>,
       id + R"(,"ResourcePolicy":"{}"})", found, WithSecrets({})},
      {"CancelRotateSecret", &KeysOf<sm::CancelRotateSecretRequest>, id + "}", found,
       WithSecrets({})},
      {"RotateSecret", &KeysOf<sm::RotateSecretRequest>, id + "}", found, WithSecrets({})},
      {"RotateSecret", &KeysOf<sm::RotateSecretRequest>,
       id + R"(,"RotationLambdaARN":"f","RotateImmediately":false,)"
            R"("RotationRules":{"AutomaticallyAfterDays":3},)"
            R"("ExternalSecretRotationRoleArn":"rrrrrrrrrrrrrrrrrrrr"})",
       found,
       WithSecrets({{"secretsmanager:RotationLambdaARN", "f"},
                    {"secretsmanager:RotateImmediately", "false"},
                    {"secretsmanager:ModifyRotationRules", "true"},
                    {"secretsmanager:ExternalSecretRotationRoleArn", "rrrrrrrrrrrrrrrrrrrr"}})},
      {"ValidateResourcePolicy",
       &KeysOf<sm::ValidateResourcePolicyRequest>,
       R"({"ResourcePolicy":"{}"})",
       none,
       {}},
  };
}

TEST(SecretContextTest, EachOperationHasItsKeys) {
  const secrets::Secret secret = SampleSecret();
  for (const Row& row : Rows(secret)) {
    EXPECT_THAT(row.keys_of(row.body, row.target), testing::ContainerEq(row.keys))
        << row.operation << " " << row.body;
  }
}

TEST(SecretContextTest, NoOperationIsForgotten) {
  const secrets::Secret secret = SampleSecret();
  std::set<std::string_view> tested;
  for (const Row& row : Rows(secret)) tested.insert(row.operation);
  std::set<std::string_view> all;
  std::apply([&](const auto&... operation) { (all.insert(operation.name), ...); }, sm::kOperations);

  EXPECT_EQ(tested, all);
}

/// A secret has the function that it is given.
class OneFunction final : public RotationFunctionFinder {
 public:
  [[nodiscard]] std::string FunctionOf(const secrets::Secret& /*secret*/) const override {
    return "arn:aws:lambda:us-east-1:111122223333:function:f";
  }
};

TEST(SecretContextTest, KnowsWhichFunctionRotatesTheSecret) {
  const secrets::Secret secret = SampleSecret();
  const OneFunction function;
  const SecretTarget target{.account = "111122223333", .rotation_function = &function};
  EXPECT_EQ(KeysOf<sm::CancelRotateSecretRequest>(R"({"SecretId":"a"})", target), Keys());
  const SecretTarget found{
      .account = "111122223333", .secret = &secret, .rotation_function = &function};
  EXPECT_EQ(KeysOf<sm::CancelRotateSecretRequest>(R"({"SecretId":"a"})", found)
                .at("secretsmanager:resource/AllowRotationLambdaArn"),
            "arn:aws:lambda:us-east-1:111122223333:function:f");
}

}  // namespace
}  // namespace coffer::api
