// Bytes that botocore reads and writes as is expected here:
// tests/compatibility/test_query_protocol.py holds the same files against the models of IAM and
// STS.

#include "api/query_codec.h"
#include "api/xml_codec.h"
#include "support/matchers.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace coffer::api {
namespace {

using base::Optional;
using base::Required;

constexpr std::string_view kIam = "https://iam.amazonaws.com/doc/2010-05-08/";
constexpr std::string_view kSts = "https://sts.amazonaws.com/doc/2011-06-15/";
constexpr std::string_view kRequestId = "01234567-89ab-4cde-8f01-23456789abcd";
constexpr Timestamp kNoon{std::chrono::milliseconds(1768478400000)};
constexpr std::string_view kDocument =
    "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{\"Effect\": \"Allow\", "
    "\"Action\": \"secretsmanager:*\", \"Resource\": \"*\", \"Sid\": \"a+b%20é\"}]\n}";

std::string ReadFile(const std::string& name) {
  const auto path = std::filesystem::path(COFFER_SOURCE_DIR) / "tests/data/query" / name;
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// ---- replies

struct GetCallerIdentityReply {
  std::string user_id;
  std::string account;
  std::string arn;

  static constexpr auto Members() {
    return std::tuple{Required("UserId", &GetCallerIdentityReply::user_id),
                      Required("Account", &GetCallerIdentityReply::account),
                      Required("Arn", &GetCallerIdentityReply::arn)};
  }
};

struct Credentials {
  std::string access_key_id;
  base::SecretText secret_access_key;
  base::SecretText session_token;
  Timestamp expiration;

  static constexpr auto Members() {
    return std::tuple{Required("AccessKeyId", &Credentials::access_key_id),
                      Required("SecretAccessKey", &Credentials::secret_access_key),
                      Required("SessionToken", &Credentials::session_token),
                      Required("Expiration", &Credentials::expiration)};
  }
};

struct AssumedRoleUser {
  std::string id;
  std::string arn;

  static constexpr auto Members() {
    return std::tuple{Required("AssumedRoleId", &AssumedRoleUser::id),
                      Required("Arn", &AssumedRoleUser::arn)};
  }
};

struct AssumeRoleReply {
  Credentials credentials;
  AssumedRoleUser user;
  std::optional<std::int64_t> packed_policy_size;
  std::optional<std::string> source_identity;

  static constexpr auto Members() {
    return std::tuple{Required("Credentials", &AssumeRoleReply::credentials),
                      Required("AssumedRoleUser", &AssumeRoleReply::user),
                      Optional("PackedPolicySize", &AssumeRoleReply::packed_policy_size),
                      Optional("SourceIdentity", &AssumeRoleReply::source_identity)};
  }
};

struct Tag {
  std::string key;
  std::string value;

  static constexpr auto Members() {
    return std::tuple{Required("Key", &Tag::key, {1, 128}),
                      Required("Value", &Tag::value, {0, 256})};
  }
};

struct User {
  std::string path;
  std::string name;
  std::string arn;
  Timestamp created;
  std::optional<std::vector<Tag>> tags;

  static constexpr auto Members() {
    return std::tuple{Required("Path", &User::path), Required("UserName", &User::name),
                      Required("Arn", &User::arn), Required("CreateDate", &User::created),
                      Optional("Tags", &User::tags)};
  }
};

struct ListUsersReply {
  std::vector<User> users;
  bool truncated = false;
  std::optional<std::string> marker;

  static constexpr auto Members() {
    return std::tuple{Required("Users", &ListUsersReply::users),
                      Required("IsTruncated", &ListUsersReply::truncated),
                      Optional("Marker", &ListUsersReply::marker)};
  }
};

struct GetUserPolicyReply {
  std::string user;
  std::string policy;
  base::EncodedDocument document;

  static constexpr auto Members() {
    return std::tuple{Required("UserName", &GetUserPolicyReply::user),
                      Required("PolicyName", &GetUserPolicyReply::policy),
                      Required("PolicyDocument", &GetUserPolicyReply::document)};
  }
};

struct RoleLastUsed {
  std::optional<std::string> region;

  static constexpr auto Members() { return std::tuple{Optional("Region", &RoleLastUsed::region)}; }
};

struct Role {
  std::string name;
  base::EncodedDocument trust;
  std::string description;
  std::int64_t max_session_duration = 3600;
  RoleLastUsed last_used;

  static constexpr auto Members() {
    return std::tuple{Required("RoleName", &Role::name),
                      Required("AssumeRolePolicyDocument", &Role::trust),
                      Required("Description", &Role::description),
                      Required("MaxSessionDuration", &Role::max_session_duration),
                      Required("RoleLastUsed", &Role::last_used)};
  }
};

struct GetRoleReply {
  Role role;

  static constexpr auto Members() { return std::tuple{Required("Role", &GetRoleReply::role)}; }
};

struct GetAccountSummaryReply {
  std::map<std::string, std::int64_t> summary;

  static constexpr auto Members() {
    return std::tuple{Required("SummaryMap", &GetAccountSummaryReply::summary)};
  }
};

template <class Reply>
void ExpectGolden(const std::string& file, std::string_view xml_namespace, const Reply& response) {
  const std::string operation = file.substr(4, file.find('.', 4) - 4);
  base::ReplyBuffer out;
  EncodeXmlReply(operation, xml_namespace, kRequestId, response, out);
  EXPECT_EQ(out.body(), ReadFile(file));
}

TEST(QueryGoldenTest, WritesRepliesOfSts) {
  ExpectGolden("sts.GetCallerIdentity.xml", kSts,
               GetCallerIdentityReply{.user_id = "AIDA234567ABCDEFGHIJK",
                                      .account = "111122223333",
                                      .arn = "arn:aws:iam::111122223333:user/alice"});
  ExpectGolden(
      "sts.AssumeRole.xml", kSts,
      AssumeRoleReply{.credentials = {.access_key_id = "ASIA234567ABCDEFGHIJ",
                                      .secret_access_key = {SecretBytes::FromText("abc/def+ghi")},
                                      .session_token = {SecretBytes::FromText("token==&<>")},
                                      .expiration = kNoon},
                      .user = {.id = "AROA234567ABCDEFGHIJK:s",
                               .arn = "arn:aws:sts::111122223333:assumed-role/r/s"},
                      .packed_policy_size = 6,
                      .source_identity = std::nullopt});
}

TEST(QueryGoldenTest, WritesRepliesOfIam) {
  ExpectGolden("iam.ListUsers.xml", kIam,
               ListUsersReply{.users = {{.path = "/",
                                         .name = "alice",
                                         .arn = "arn:aws:iam::111122223333:user/alice",
                                         .created = kNoon,
                                         .tags = {{{"team", "red & <blue>"}, {"empty", ""}}}},
                                        {.path = "/a'b\"c/",
                                         .name = "bob",
                                         .arn = "arn:aws:iam::111122223333:user/a'b\"c/bob",
                                         .created = kNoon,
                                         .tags = std::nullopt}},
                              .truncated = true,
                              .marker = "next"});
  ExpectGolden("iam.ListUsers.empty.xml", kIam, ListUsersReply{});
  ExpectGolden(
      "iam.GetUserPolicy.xml", kIam,
      GetUserPolicyReply{.user = "alice", .policy = "p", .document = {std::string(kDocument)}});
  ExpectGolden("iam.GetRole.xml", kIam,
               GetRoleReply{{.name = "r",
                             .trust = {R"({"Statement": []})"},
                             .description = " first\r\nsecond\tthird\n",
                             .last_used = {}}});
  ExpectGolden("iam.GetAccountSummary.xml", kIam,
               GetAccountSummaryReply{{{"Users", 3}, {"UsersQuota", 5000}}});
  ExpectGolden("iam.PutUserPolicy.xml", kIam, base::NoOutput{});
}

TEST(QueryGoldenTest, WritesErrors) {
  struct Case {
    std::string file;
    ApiError error;
    std::string_view xml_namespace;
  };
  const std::vector<Case> cases = {
      {"iam.error.NoSuchEntity.xml",
       {ErrorCode::kNoSuchEntity, "The user with name X cannot be found."},
       kIam},
      {"iam.error.ServiceFailure.xml", {ErrorCode::kInternalServiceError, "Try again."}, kIam},
      {"sts.error.SignatureDoesNotMatch.xml", {ErrorCode::kInvalidSignature, ""}, kSts},
      {"sts.error.IncompleteSignature.xml",
       {ErrorCode::kIncompleteSignature, "'<a & \"b\">' not a valid key=value pair\xFF\x01"},
       kSts},
  };
  for (const Case& entry : cases) {
    base::HttpReply reply;
    reply.request_id = kRequestId;

    EncodeXmlError(entry.error, entry.xml_namespace, reply);

    EXPECT_EQ(reply.body.body(), ReadFile(entry.file));
  }
}

// ---- requests

struct PolicyArn {
  std::optional<std::string> arn;

  static constexpr auto Members() {
    return std::tuple{Optional("arn", &PolicyArn::arn, {20, 2048})};
  }
};

struct AssumeRoleRequest {
  std::string role_arn;
  std::string session_name;
  std::optional<std::vector<PolicyArn>> policy_arns;
  std::optional<std::int64_t> duration;
  std::optional<std::vector<Tag>> tags;
  std::optional<std::vector<std::string>> transitive_tag_keys;

  static constexpr auto Members() {
    return std::tuple{Required("RoleArn", &AssumeRoleRequest::role_arn, {20, 2048}),
                      Required("RoleSessionName", &AssumeRoleRequest::session_name, {2, 64}),
                      Optional("PolicyArns", &AssumeRoleRequest::policy_arns),
                      Optional("DurationSeconds", &AssumeRoleRequest::duration, {900, 43200}),
                      Optional("Tags", &AssumeRoleRequest::tags, {0, 50}),
                      Optional("TransitiveTagKeys", &AssumeRoleRequest::transitive_tag_keys)};
  }
};

struct CreatePolicyVersionRequest {
  std::string arn;
  base::EncodedDocument document;
  std::optional<bool> set_as_default;

  static constexpr auto Members() {
    return std::tuple{Required("PolicyArn", &CreatePolicyVersionRequest::arn),
                      Required("PolicyDocument", &CreatePolicyVersionRequest::document),
                      Optional("SetAsDefault", &CreatePolicyVersionRequest::set_as_default)};
  }
};

struct UntagUserRequest {
  std::string user;
  std::optional<std::vector<std::string>> keys;

  static constexpr auto Members() {
    return std::tuple{Required("UserName", &UntagUserRequest::user),
                      Required("TagKeys", &UntagUserRequest::keys)};
  }
};

struct ContextEntry {
  std::optional<std::string> name;
  std::optional<std::vector<std::string>> values;

  static constexpr auto Members() {
    return std::tuple{Optional("ContextKeyName", &ContextEntry::name),
                      Optional("ContextKeyValues", &ContextEntry::values)};
  }
};

struct SimulateCustomPolicyRequest {
  std::vector<std::string> policies;
  std::vector<std::string> actions;
  std::optional<std::vector<ContextEntry>> entries;

  static constexpr auto Members() {
    return std::tuple{Required("PolicyInputList", &SimulateCustomPolicyRequest::policies),
                      Required("ActionNames", &SimulateCustomPolicyRequest::actions),
                      Optional("ContextEntries", &SimulateCustomPolicyRequest::entries)};
  }
};

template <class Request>
Result<Request> DecodeGolden(const std::string& file) {
  ASSIGN_OR_RETURN(const auto form, FormFields::Parse(ReadFile(file)));
  ASSIGN_OR_RETURN(const auto action, form.Action());
  EXPECT_EQ(action, file.substr(4, file.find('.', 4) - 4));
  EXPECT_EQ(form.Version(), file.starts_with("iam") ? "2010-05-08" : "2011-06-15");
  return DecodeQuery<Request>(form);
}

TEST(QueryGoldenTest, ReadsAssumeRole) {
  const auto request = DecodeGolden<AssumeRoleRequest>("sts.AssumeRole.txt");

  ASSERT_THAT(request, test::IsOk());
  EXPECT_EQ(request->role_arn, "arn:aws:iam::111122223333:role/r");
  EXPECT_EQ(request->session_name, "a+b=c@d");
  ASSERT_EQ(request->policy_arns->size(), 1U);
  EXPECT_EQ(request->policy_arns->at(0).arn, "arn:aws:iam::111122223333:policy/p");
  EXPECT_EQ(request->duration, 900);
  ASSERT_EQ(request->tags->size(), 11U);
  EXPECT_EQ(request->tags->at(10).key, "key 10");
  EXPECT_EQ(request->tags->at(10).value, "é & 10");
  EXPECT_EQ(request->transitive_tag_keys, std::vector<std::string>{"key 1"});
}

TEST(QueryGoldenTest, ReadsCreatePolicyVersion) {
  const auto request = DecodeGolden<CreatePolicyVersionRequest>("iam.CreatePolicyVersion.txt");

  ASSERT_THAT(request, test::IsOk());
  EXPECT_EQ(request->document.text, kDocument);
  EXPECT_EQ(request->set_as_default, true);
}

TEST(QueryGoldenTest, ReadsAnEmptyList) {
  const auto request = DecodeGolden<UntagUserRequest>("iam.UntagUser.empty.txt");

  ASSERT_THAT(request, test::IsOk());
  EXPECT_EQ(request->keys, std::vector<std::string>{});
}

TEST(QueryGoldenTest, ReadsListsInLists) {
  const auto request = DecodeGolden<SimulateCustomPolicyRequest>("iam.SimulateCustomPolicy.txt");

  ASSERT_THAT(request, test::IsOk());
  EXPECT_EQ(request->policies, std::vector<std::string>{std::string(kDocument)});
  EXPECT_EQ(request->actions, (std::vector<std::string>{"s3:*", "iam:GetUser"}));
  ASSERT_EQ(request->entries->size(), 2U);
  EXPECT_EQ(request->entries->at(0).values, (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(request->entries->at(1).values, std::vector<std::string>{});
}

}  // namespace
}  // namespace coffer::api
