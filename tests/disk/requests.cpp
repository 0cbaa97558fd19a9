#include "requests.h"

#include "base/encoding.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace coffer::test {

namespace {

constexpr const char* kPolicy =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"secretsmanager:*",)"
    R"("Resource":"*"}]})";
constexpr const char* kTrustPolicy =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",)"
    R"("Principal":{"AWS":"arn:aws:iam::000000000000:root"}}]})";
constexpr const char* kOtherTrustPolicy =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",)"
    R"("Principal":{"AWS":"arn:aws:iam::000000000000:user/u"}}]})";

// An AWS policy is a string within JSON.
constexpr const char* kSecretPolicy =
    R"("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"*\",)"
    R"(\"Principal\":{\"AWS\":\"arn:aws:iam::000000000000:root\"},\"Resource\":\"*\"}]}")";
constexpr const char* kKeyPolicy =
    R"("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Mine\",\"Effect\":\"Allow\",)"
    R"(\"Action\":\"kms:*\",\"Principal\":{\"AWS\":\"arn:aws:iam::000000000000:root\"},)"
    R"(\"Resource\":\"*\"}]}")";

std::string Encoded(const char* document) {
  std::string encoded;
  base::AppendUriEncoded(encoded, document, false);
  return encoded;
}

ApiRequest Secrets(std::string operation, std::string body) {
  return {Service::kSecretsManager, std::move(operation), std::move(body)};
}
/// The same in the region of a replica.
ApiRequest Abroad(std::string operation, std::string body) {
  return {Service::kSecretsManager, std::move(operation), std::move(body), "eu-west-1"};
}
ApiRequest Iam(std::string operation, std::string form) {
  return {Service::kIam, std::move(operation), std::move(form)};
}
ApiRequest Kms(std::string operation, std::string body) {
  return {Service::kKms, std::move(operation), std::move(body)};
}

/// `{"ClientRequestToken":"…n",` and the rest of the body.
std::string WithToken(int n, const std::string& rest) {
  return R"({"ClientRequestToken":"00000000-0000-4000-8000-0000000000)" + std::to_string(10 + n) +
         "\"," + rest;
}

const std::string kRotateA =
    R"("SecretId":"a","RotationRules":{"AutomaticallyAfterDays":3},)"
    R"("RotationLambdaARN":"arn:aws:lambda:us-east-1:000000000000:function:f"})";
const std::string kArnOfP = "PolicyArn=arn:aws:iam::000000000000:policy/p";
const std::string kBoundary = "PermissionsBoundary=arn:aws:iam::000000000000:policy/p";
const std::string kKeyOne = "11111111-1111-4111-8111-111111111111";
const std::string kKeyTwo = "22222222-2222-4222-8222-222222222222";

std::string OnKeyOne(const std::string& rest = "") {
  return R"({"KeyId":")" + kKeyOne + "\"" + (rest.empty() ? "" : ",") + rest + "}";
}

std::vector<Mutation> SecretMutations() {
  return {
      {{},
       Secrets("CreateSecret", WithToken(50, R"("Name":"new","SecretString":"value","Tags":[)"
                                             R"({"Key":"k","Value":"v"}]})"))},
      // Makes a key as well.
      {{},
       Secrets("CreateSecret", WithToken(50, R"("Name":"new","SecretBinary":"AAEC",)"
                                             R"("KmsKeyId":"alias/unknown"})"))},
      {{}, Secrets("PutSecretValue", WithToken(50, R"("SecretId":"a","SecretString":"three"})"))},
      {{},
       Secrets("UpdateSecret", WithToken(50, R"("SecretId":"a","SecretString":"four",)"
                                             R"("Description":"changed"})"))},
      {{}, Secrets("UpdateSecret", WithToken(50, R"("SecretId":"a","KmsKeyId":"alias/one"})"))},
      {{},
       Secrets("UpdateSecretVersionStage",
               R"({"SecretId":"a","VersionStage":"AWSCURRENT",)"
               R"("MoveToVersionId":"00000000-0000-4000-8000-000000000011",)"
               R"("RemoveFromVersionId":"00000000-0000-4000-8000-000000000012"})")},
      {{}, Secrets("TagResource", R"({"SecretId":"a","Tags":[{"Key":"k","Value":"v"}]})")},
      {{}, Secrets("UntagResource", R"({"SecretId":"b","TagKeys":["team"]})")},
      {{},
       Secrets("PutResourcePolicy",
               std::string(R"({"SecretId":"a","ResourcePolicy":)") + kSecretPolicy + "}")},
      {{Secrets("PutResourcePolicy",
                std::string(R"({"SecretId":"a","ResourcePolicy":)") + kSecretPolicy + "}")},
       Secrets("DeleteResourcePolicy", R"({"SecretId":"a"})")},
      {{}, Secrets("DeleteSecret", R"({"SecretId":"b","RecoveryWindowInDays":7})")},
      {{}, Secrets("DeleteSecret", R"({"SecretId":"a","ForceDeleteWithoutRecovery":true})")},
      {{}, Secrets("RestoreSecret", R"({"SecretId":"doomed"})")},
      {{}, Secrets("RotateSecret", WithToken(50, kRotateA))},
      {{Secrets("RotateSecret", WithToken(50, kRotateA))},
       Secrets("CancelRotateSecret", R"({"SecretId":"a"})")},
  };
}

std::vector<Mutation> ReplicaMutations() {
  const ApiRequest replicate = Secrets(
      "ReplicateSecretToRegions", R"({"SecretId":"a","AddReplicaRegions":[{"Region":"eu-west-1"},)"
                                  R"({"Region":"us-west-2","KmsKeyId":"alias/unknown"}]})");
  const ApiRequest policy =
      Secrets("PutResourcePolicy",
              std::string(R"({"SecretId":"a","ResourcePolicy":)") + kSecretPolicy + "}");
  return {
      {{},
       Secrets("CreateSecret", WithToken(50, R"("Name":"new","SecretString":"value",)"
                                             R"("AddReplicaRegions":[{"Region":"eu-west-1"}]})"))},
      {{policy}, replicate},
      {{Abroad("CreateSecret", WithToken(50, R"("Name":"a","SecretString":"theirs"})"))},
       Secrets("ReplicateSecretToRegions",
               R"({"SecretId":"a","AddReplicaRegions":[{"Region":"eu-west-1"}],)"
               R"("ForceOverwriteReplicaSecret":true})")},
      {{replicate},
       Secrets("PutSecretValue", WithToken(50, R"("SecretId":"a","SecretString":"three"})"))},
      {{replicate}, Secrets("TagResource", R"({"SecretId":"a","Tags":[{"Key":"k","Value":"v"}]})")},
      {{replicate}, Secrets("RotateSecret", WithToken(50, kRotateA))},
      {{replicate}, Abroad("UpdateSecret", R"({"SecretId":"a","KmsKeyId":"alias/abroad"})")},
      {{replicate},
       Secrets("RemoveRegionsFromReplication",
               R"({"SecretId":"a","RemoveReplicaRegions":["eu-west-1","us-west-2"]})")},
      {{replicate}, Abroad("StopReplicationToReplica", R"({"SecretId":"a"})")},
  };
}

std::vector<Mutation> KmsMutations() {
  const std::string disable = R"({"KeyId":")" + kKeyTwo + R"("})";
  return {
      {{}, Kms("CreateKey", R"({"Description":"d","Tags":[{"TagKey":"k","TagValue":"v"}]})")},
      {{}, Kms("CreateAlias", R"({"AliasName":"alias/two","TargetKeyId":")" + kKeyOne + R"("})")},
      {{}, Kms("UpdateAlias", R"({"AliasName":"alias/one","TargetKeyId":")" + kKeyTwo + R"("})")},
      {{}, Kms("DeleteAlias", R"({"AliasName":"alias/one"})")},
      {{}, Kms("DisableKey", disable)},
      {{Kms("DisableKey", disable)}, Kms("EnableKey", disable)},
      {{},
       Kms("PutKeyPolicy",
           OnKeyOne(R"("PolicyName":"default","Policy":)" + std::string(kKeyPolicy)))},
      {{}, Kms("TagResource", OnKeyOne(R"("Tags":[{"TagKey":"more","TagValue":"v"}])"))},
      {{}, Kms("UntagResource", OnKeyOne(R"("TagKeys":["team"])"))},
      {{}, Kms("UpdateKeyDescription", OnKeyOne(R"("Description":"changed")"))},
      {{}, Kms("ScheduleKeyDeletion", OnKeyOne(R"("PendingWindowInDays":7)"))},
      {{Kms("ScheduleKeyDeletion", OnKeyOne())}, Kms("CancelKeyDeletion", OnKeyOne())},
      {{}, Kms("EnableKeyRotation", OnKeyOne(R"("RotationPeriodInDays":90)"))},
      {{Kms("EnableKeyRotation", OnKeyOne())}, Kms("DisableKeyRotation", OnKeyOne())},
      {{}, Kms("RotateKeyOnDemand", OnKeyOne())},
  };
}

std::vector<Mutation> UserMutations() {
  const std::string boundary = "UserName=u&" + kBoundary;
  const std::string policy = "UserName=u&PolicyName=q";
  const std::string key = std::string("UserName=keyed&AccessKeyId=") + kKeyOfKeyed;
  return {
      {{}, Iam("CreateUser", "UserName=new&Tags.member.1.Key=k&Tags.member.1.Value=v")},
      {{}, Iam("UpdateUser", "UserName=u&NewUserName=v&NewPath=/there/")},
      {{}, Iam("DeleteUser", "UserName=u")},
      {{}, Iam("TagUser", "UserName=u&Tags.member.1.Key=k&Tags.member.1.Value=v")},
      {{Iam("TagUser", "UserName=u&Tags.member.1.Key=k&Tags.member.1.Value=v")},
       Iam("UntagUser", "UserName=u&TagKeys.member.1=k")},
      {{}, Iam("AttachUserPolicy", "UserName=u&" + kArnOfP)},
      {{Iam("AttachUserPolicy", "UserName=u&" + kArnOfP)},
       Iam("DetachUserPolicy", "UserName=u&" + kArnOfP)},
      {{}, Iam("PutUserPolicy", policy + "&PolicyDocument=" + Encoded(kPolicy))},
      {{Iam("PutUserPolicy", policy + "&PolicyDocument=" + Encoded(kPolicy))},
       Iam("DeleteUserPolicy", policy)},
      {{}, Iam("PutUserPermissionsBoundary", boundary)},
      {{Iam("PutUserPermissionsBoundary", boundary)},
       Iam("DeleteUserPermissionsBoundary", "UserName=u")},
      {{}, Iam("CreateAccessKey", "UserName=u")},
      {{}, Iam("UpdateAccessKey", key + "&Status=Inactive")},
      {{}, Iam("DeleteAccessKey", key)},
  };
}

std::vector<Mutation> GroupMutations() {
  const std::string member = "GroupName=g&UserName=u";
  const std::string policy = "GroupName=g&PolicyName=q";
  return {
      {{}, Iam("CreateGroup", "GroupName=new")},
      {{}, Iam("UpdateGroup", "GroupName=g&NewGroupName=h")},
      {{}, Iam("DeleteGroup", "GroupName=g")},
      {{}, Iam("AddUserToGroup", member)},
      {{Iam("AddUserToGroup", member)}, Iam("RemoveUserFromGroup", member)},
      {{}, Iam("AttachGroupPolicy", "GroupName=g&" + kArnOfP)},
      {{Iam("AttachGroupPolicy", "GroupName=g&" + kArnOfP)},
       Iam("DetachGroupPolicy", "GroupName=g&" + kArnOfP)},
      {{}, Iam("PutGroupPolicy", policy + "&PolicyDocument=" + Encoded(kPolicy))},
      {{Iam("PutGroupPolicy", policy + "&PolicyDocument=" + Encoded(kPolicy))},
       Iam("DeleteGroupPolicy", policy)},
  };
}

std::vector<Mutation> RoleMutations() {
  const std::string boundary = "RoleName=r&" + kBoundary;
  const std::string policy = "RoleName=r&PolicyName=q";
  return {
      {{}, Iam("CreateRole", "RoleName=new&AssumeRolePolicyDocument=" + Encoded(kTrustPolicy))},
      {{}, Iam("UpdateRole", "RoleName=r&MaxSessionDuration=7200")},
      {{}, Iam("UpdateRoleDescription", "RoleName=r&Description=changed")},
      {{},
       Iam("UpdateAssumeRolePolicy", "RoleName=r&PolicyDocument=" + Encoded(kOtherTrustPolicy))},
      {{}, Iam("DeleteRole", "RoleName=r")},
      {{}, Iam("TagRole", "RoleName=r&Tags.member.1.Key=k&Tags.member.1.Value=v")},
      {{Iam("TagRole", "RoleName=r&Tags.member.1.Key=k&Tags.member.1.Value=v")},
       Iam("UntagRole", "RoleName=r&TagKeys.member.1=k")},
      {{}, Iam("AttachRolePolicy", "RoleName=r&" + kArnOfP)},
      {{Iam("AttachRolePolicy", "RoleName=r&" + kArnOfP)},
       Iam("DetachRolePolicy", "RoleName=r&" + kArnOfP)},
      {{}, Iam("PutRolePolicy", policy + "&PolicyDocument=" + Encoded(kPolicy))},
      {{Iam("PutRolePolicy", policy + "&PolicyDocument=" + Encoded(kPolicy))},
       Iam("DeleteRolePolicy", policy)},
      {{}, Iam("PutRolePermissionsBoundary", boundary)},
      {{Iam("PutRolePermissionsBoundary", boundary)},
       Iam("DeleteRolePermissionsBoundary", "RoleName=r")},
  };
}

std::vector<Mutation> PolicyMutations() {
  const ApiRequest second =
      Iam("CreatePolicyVersion", kArnOfP + "&PolicyDocument=" + Encoded(kPolicy));
  return {
      {{}, Iam("CreatePolicy", "PolicyName=new&PolicyDocument=" + Encoded(kPolicy))},
      {{}, second},
      {{second}, Iam("SetDefaultPolicyVersion", kArnOfP + "&VersionId=v2")},
      {{second}, Iam("DeletePolicyVersion", kArnOfP + "&VersionId=v2")},
      {{}, Iam("DeletePolicy", kArnOfP)},
      {{}, Iam("TagPolicy", kArnOfP + "&Tags.member.1.Key=k&Tags.member.1.Value=v")},
      {{Iam("TagPolicy", kArnOfP + "&Tags.member.1.Key=k&Tags.member.1.Value=v")},
       Iam("UntagPolicy", kArnOfP + "&TagKeys.member.1=k")},
  };
}

void Append(std::vector<Mutation>& to, std::vector<Mutation> more) {
  std::ranges::move(more, std::back_inserter(to));
}

}  // namespace

std::string NameOf(const ApiRequest& request) {
  constexpr std::array kNames{"secretsmanager:", "iam:", "kms:"};
  return kNames.at(static_cast<std::size_t>(request.service)) + request.operation;
}

const std::vector<ApiRequest>& VaultRequests() {
  static const std::vector<ApiRequest> kRequests{
      Secrets("CreateSecret", WithToken(1, R"("Name":"a","SecretString":"one"})")),
      Secrets("PutSecretValue", WithToken(2, R"("SecretId":"a","SecretString":"two"})")),
      Secrets("CreateSecret",
              WithToken(3, R"("Name":"b","SecretBinary":"AAEC","KmsKeyId":")" + kKeyOne +
                               R"(","Tags":[{"Key":"team","Value":"blue"}]})")),
      Secrets("CreateSecret",
              WithToken(4, R"("Name":"c","SecretString":"c","KmsKeyId":")" + kKeyTwo + R"("})")),
      Secrets("CreateSecret", WithToken(5, R"("Name":"doomed","SecretString":"d"})")),
      Secrets("DeleteSecret", R"({"SecretId":"doomed","RecoveryWindowInDays":7})"),
      Kms("CreateAlias", R"({"AliasName":"alias/one","TargetKeyId":")" + kKeyOne + R"("})"),
      Kms("TagResource", OnKeyOne(R"("Tags":[{"TagKey":"team","TagValue":"blue"}])")),
      Iam("CreateUser", "UserName=u"),
      Iam("CreateGroup", "GroupName=g"),
      Iam("CreateRole", "RoleName=r&AssumeRolePolicyDocument=" + Encoded(kTrustPolicy)),
      Iam("CreatePolicy", "PolicyName=p&PolicyDocument=" + Encoded(kPolicy)),
  };
  return kRequests;
}

const std::vector<Mutation>& Mutations() {
  static const std::vector<Mutation> kMutations = [] {
    std::vector<Mutation> all = SecretMutations();
    Append(all, ReplicaMutations());
    Append(all, KmsMutations());
    Append(all, UserMutations());
    Append(all, GroupMutations());
    Append(all, RoleMutations());
    Append(all, PolicyMutations());
    return all;
  }();
  return kMutations;
}

const std::vector<ApiRequest>& Questions() {
  static const std::vector<ApiRequest> kQuestions = [] {
    std::vector<ApiRequest> all{
        Secrets("ListSecrets", R"({"IncludePlannedDeletion":true})"),
        Kms("ListKeys", "{}"),
        Kms("ListAliases", "{}"),
        Kms("DescribeKey", OnKeyOne()),
        Kms("GetKeyPolicy", OnKeyOne()),
        Kms("ListResourceTags", OnKeyOne()),
        Kms("GetKeyRotationStatus", OnKeyOne()),
        Kms("ListKeyRotations", OnKeyOne(R"("IncludeKeyMaterial":"ALL_KEY_MATERIAL")")),
        Kms("DescribeKey", R"({"KeyId":")" + kKeyTwo + R"("})"),
        Iam("ListUsers", ""),
        Iam("ListGroups", ""),
        Iam("ListRoles", ""),
        Iam("ListPolicies", "Scope=Local"),
        Iam("GetGroup", "GroupName=g"),
        Iam("ListAccessKeys", "UserName=keyed"),
        Iam("ListAccessKeys", "UserName=u"),
        Iam("ListPolicyVersions", kArnOfP),
        Iam("ListEntitiesForPolicy", kArnOfP),
    };
    for (const std::string name : {"a", "b", "doomed", "new"}) {
      for (const char* operation :
           {"DescribeSecret", "GetResourcePolicy", "GetSecretValue", "ListSecretVersionIds"}) {
        all.push_back(Secrets(operation, R"({"SecretId":")" + name + R"("})"));
        all.push_back(Abroad(operation, R"({"SecretId":")" + name + R"("})"));
      }
    }
    for (const std::string holder : {"User", "Group", "Role"}) {
      const std::string name = holder == "User" ? "u" : holder == "Group" ? "g" : "r";
      all.push_back(Iam("Get" + holder + "Policy", holder + "Name=" + name + "&PolicyName=q"));
      all.push_back(Iam("ListAttached" + holder + "Policies", holder + "Name=" + name));
      if (holder == "Group") continue;
      all.push_back(Iam("Get" + holder, holder + "Name=" + name));
      all.push_back(Iam("List" + holder + "Tags", holder + "Name=" + name));
    }
    return all;
  }();
  return kQuestions;
}

}  // namespace coffer::test
