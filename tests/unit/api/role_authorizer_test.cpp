#include "api/role_authorizer.h"

#include "api/shape_parameters.h"
#include "base/http_message.h"
#include "services/iam/identity_loader.h"
#include "services/sts/assume_role.h"
#include "support/matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer::api {
namespace {

using policy::PrincipalKind;
using ::testing::HasSubstr;

constexpr std::string_view kOwn = "111122223333";
constexpr std::string_view kOther = "444455556666";
constexpr std::string_view kRoleArn = "arn:aws:iam::111122223333:role/app/R";
constexpr std::string_view kRefused =
    "is not authorized to perform: sts:AssumeRole on resource: "
    "arn:aws:iam::111122223333:role/app/R";

std::string Document(const std::string& statements) {
  return R"({"Version":"2012-10-17","Statement":[)" + statements + "]}";
}
std::string Trust(std::string_view principal, std::string_view action = "sts:AssumeRole",
                  std::string_view condition = "{}", std::string_view effect = "Allow") {
  return R"({"Effect":")" + std::string(effect) + R"(","Principal":{"AWS":")" +
         std::string(principal) + R"("},"Action":")" + std::string(action) + R"(","Condition":)" +
         std::string(condition) + "}";
}
std::string Grant(std::string_view action, std::string_view effect = "Allow",
                  std::string_view resource = "*") {
  return R"({"Effect":")" + std::string(effect) + R"(","Action":")" + std::string(action) +
         R"(","Resource":")" + std::string(resource) + R"("})";
}
CompiledPolicy Compiled(const std::string& statements) {
  return std::make_shared<const policy::Document>(
      policy::Compile(Document(statements), policy::DocumentKind::kIdentity).value());
}

Identity UserOf(std::string_view account, const std::string& name) {
  Identity user;
  user.principal = {.kind = PrincipalKind::kUser,
                    .arn = "arn:aws:iam::" + std::string(account) + ":user/" + name,
                    .account = std::string(account),
                    .unique_id = "AIDA" + name,
                    .parent_arn = {},
                    .parent_id = {}};
  user.user_name = name;
  return user;
}
Identity SessionOf(std::string_view role) {
  Identity session;
  session.principal = {.kind = PrincipalKind::kSession,
                       .arn = "arn:aws:sts::111122223333:assumed-role/" + std::string(role) + "/s",
                       .account = std::string(kOwn),
                       .unique_id = "AROA" + std::string(role) + ":s",
                       .parent_arn = "arn:aws:iam::111122223333:role/" + std::string(role),
                       .parent_id = "AROA" + std::string(role)};
  return session;
}

/// A decision about the role R of account 111122223333.
struct Case {
  std::string_view name;
  Identity caller;
  std::string trust;     ///< Statements; empty = there is no such role.
  std::string identity;  ///< Statements; empty = none.
  bool allowed = false;
  std::string_view message = kRefused;
  std::string_view operation = "AssumeRole";
  services::sts::AssumeRoleRequest request{};
  PolicyEnforcement enforcement = PolicyEnforcement::kOn;
};

Result<void> Decide(const Case& c) {
  store::Stored<identity::Role> role{.account = std::string(kOwn),
                                     .entity = {.id = "AROAR",
                                                .name = "R",
                                                .path = "/app/",
                                                .trust_policy = Document(c.trust),
                                                .tags = {{.key = "team", .value = "red"}}}};
  Identity identity = c.caller;
  if (!c.identity.empty()) identity.policies.push_back(Compiled(c.identity));
  const sigv4::Caller caller{.account = identity.principal.account,
                             .principal_arn = identity.principal.arn,
                             .access_key_id = "AKIA",
                             .region = "us-east-1",
                             .session_token = {}};
  const base::HttpRequest request;
  const ShapeParameters<services::sts::AssumeRoleRequest> parameters(c.request);
  const CallFacts facts{.caller = caller,
                        .identity = identity,
                        .request = request,
                        .parameters = parameters,
                        .now = Timestamp()};
  RoleAuthorizer authorizer(facts, c.enforcement);
  return authorizer.RequireRole(c.operation, kRoleArn, c.trust.empty() ? nullptr : &role);
}

void Check(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    const Result<void> decision = Decide(c);
    EXPECT_EQ(decision.has_value(), c.allowed) << c.name;
    if (decision || c.allowed) continue;
    EXPECT_EQ(decision.error().code, ErrorCode::kAccessDenied) << c.name;
    EXPECT_THAT(decision.error().message, HasSubstr(c.message)) << c.name;
  }
}

const Identity kUser = UserOf(kOwn, "alice");
const Identity kStranger = UserOf(kOther, "bob");
const std::string kNamesUser = Trust("arn:aws:iam::111122223333:user/alice");
const std::string kNamesAccount = Trust(kOwn);
const std::string kNamesStranger = Trust("arn:aws:iam::444455556666:user/bob");
const std::string kAssume = Grant("sts:AssumeRole");
constexpr std::string_view kExternal = R"({"StringEquals":{"sts:ExternalId":"x-1"}})";

services::sts::AssumeRoleRequest With(const std::string& external_id) {
  services::sts::AssumeRoleRequest request;
  request.external_id = external_id;
  return request;
}

TEST(RoleAuthorizerTest, TheTrustPolicyMustAdmitTheCaller) {
  Check({
      {"t01: names the user", kUser, kNamesUser, "", true},
      {"t02: names the account", kUser, kNamesAccount, "", false},
      {"t03: names the account, who lets him", kUser, kNamesAccount, kAssume, true},
      {"t04: names the user, who is denied", kUser, kNamesUser, Grant("sts:AssumeRole", "Deny"),
       false, "with an explicit deny in an identity-based policy"},
      {"t05: names another account, who does not let him", kStranger, Trust(kOther), "", false},
      {"names another account, who lets him", kStranger, Trust(kOther), kAssume, true},
      {"t06: names the stranger, who is let", kStranger, kNamesStranger,
       Grant("sts:AssumeRole", "Allow", kRoleArn), true},
      {"names the stranger, who is not let", kStranger, kNamesStranger, "", false},
      {"the stranger is let, but not trusted", kStranger, kNamesAccount, kAssume, false},
      {"permission alone is not enough", kUser, kNamesStranger, kAssume, false},
      {"permission for another role", kUser, kNamesAccount,
       Grant("sts:AssumeRole", "Allow", "arn:aws:iam::111122223333:role/app/Q"), false},
      {"anybody, own account", kUser, Trust("*"), "", true},
      {"anybody, another account", kStranger, Trust("*"), "", false},
      {"the trust policy denies", kUser,
       kNamesUser + "," + Trust("*", "sts:AssumeRole", "{}", "Deny"), kAssume, false},
      {"t11: no such role", kUser, "", kAssume, false},
      {"no such role, and denied", kUser, "", Grant("*", "Deny"), false, "explicit deny"},
  });
}

TEST(RoleAuthorizerTest, ConditionsSeeTheRequestAndTheRole) {
  const std::string external =
      Trust("arn:aws:iam::444455556666:user/bob", "sts:AssumeRole", kExternal);
  const auto named = [](std::string_view key, std::string_view value) {
    return Trust(
        "arn:aws:iam::111122223333:user/alice", "sts:AssumeRole",
        R"({"StringEquals":{")" + std::string(key) + R"(":")" + std::string(value) + R"("}})");
  };
  services::sts::AssumeRoleRequest request;
  request.role_session_name = "deploy";
  request.source_identity = "alice";
  request.tags.emplace().push_back({.key = "team", .value = "blue"});
  const auto decides = [&](std::string_view key, std::string_view value, bool allowed) {
    return Case{key, kUser, named(key, value), "", allowed, kRefused, "AssumeRole", request};
  };
  Check({
      {"t07: no external id", kStranger, external, kAssume, false},
      {"t08: the right one", kStranger, external, kAssume, true, "", "AssumeRole", With("x-1")},
      {"another one", kStranger, external, kAssume, false, kRefused, "AssumeRole", With("x-2")},
      decides("sts:RoleSessionName", "deploy", true),
      decides("sts:RoleSessionName", "other", false),
      decides("sts:SourceIdentity", "alice", true),
      decides("aws:RequestTag/team", "blue", true),
      decides("aws:ResourceTag/team", "red", true),
      decides("aws:ResourceTag/team", "blue", false),
      decides("iam:ResourceTag/Team", "red", true),
      decides("aws:PrincipalAccount", kOwn, true),
  });
}

TEST(RoleAuthorizerTest, TagsAndSourceIdentityNeedActionsOfTheirOwn) {
  Check({
      {"t09: tags", kUser, kNamesAccount, kAssume, false, "perform: sts:TagSession", "TagSession"},
      {"tags, trusted alone", kUser, Trust(kOwn, "sts:TagSession"), kAssume, false,
       "perform: sts:TagSession", "TagSession"},
      {"tags, trusted and let", kUser, Trust(kOwn, "sts:TagSession"), Grant("sts:*"), true, "",
       "TagSession"},
      {"source identity", kUser, kNamesUser, kAssume, false, "sts:SetSourceIdentity",
       "SetSourceIdentity"},
      {"source identity, trusted", kUser,
       Trust("arn:aws:iam::111122223333:user/alice", "sts:SetSourceIdentity"), "", true, "",
       "SetSourceIdentity"},
  });
}

TEST(RoleAuthorizerTest, SessionsAreKnownByRoleAndByName) {
  Identity limited = SessionOf("caller");
  limited.session_policies = {Compiled(Grant("secretsmanager:*"))};
  const std::string role = Trust("arn:aws:iam::111122223333:role/caller");
  const std::string session = Trust("arn:aws:sts::111122223333:assumed-role/caller/s");
  Check({
      {"trusts the role", SessionOf("caller"), role, "", true},
      {"trusts the session", SessionOf("caller"), session, "", true},
      {"trusts another role", SessionOf("other"), role, kAssume, false},
      {"trusts the role; the session policy is silent", limited, role, kAssume, false},
      {"trusts the session; the session policy is silent", limited, session, "", true},
  });
}

TEST(RoleAuthorizerTest, RootUsersAssumeNoRoles) {
  const Identity root = *services::iam::RootOf(kOwn);
  constexpr std::string_view kNoRoot = "Roles may not be assumed by root accounts.";
  Check({
      {"t10: the account is trusted", root, kNamesAccount, "", false, kNoRoot},
      {"no such role", root, "", "", false, kNoRoot},
      {"policies are not enforced",
       root,
       kNamesUser,
       "",
       true,
       "",
       "AssumeRole",
       {},
       PolicyEnforcement::kOff},
      {"policies are not enforced, but there is no such role",
       root,
       "",
       "",
       false,
       kRefused,
       "AssumeRole",
       {},
       PolicyEnforcement::kOff},
      {"policies are tried out",
       kUser,
       kNamesAccount,
       "",
       true,
       "",
       "AssumeRole",
       {},
       PolicyEnforcement::kSoft},
      {"policies are tried out, but there is no such role",
       kUser,
       "",
       "",
       false,
       kRefused,
       "AssumeRole",
       {},
       PolicyEnforcement::kSoft},
  });
}

}  // namespace
}  // namespace coffer::api
