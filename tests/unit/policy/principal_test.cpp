#include "policy/principal.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::policy {

void PrintTo(PrincipalMatch shown, std::ostream* out) {
  static constexpr std::string_view kNames[]{"none", "account", "parent", "self", "any"};
  *out << kNames[static_cast<std::size_t>(shown)];
}

namespace {

using enum PrincipalMatch;

constexpr std::string_view kAccountId = "111122223333";
constexpr std::string_view kRootArn = "arn:aws:iam::111122223333:root";
constexpr std::string_view kUserArn = "arn:aws:iam::111122223333:user/team/alice";
constexpr std::string_view kUserId = "AIDAALICEALICEALICE1";
constexpr std::string_view kRoleArn = "arn:aws:iam::111122223333:role/svc/AppRole";
constexpr std::string_view kRoleId = "AROAAPPROLEAPPROLE12";
constexpr std::string_view kSessionArn = "arn:aws:sts::111122223333:assumed-role/AppRole/sess1";
constexpr std::string_view kFederatedArn = "arn:aws:sts::111122223333:federated-user/bob";
constexpr std::string_view kService = "ecs.amazonaws.com";

Principal Root() {
  return {.kind = PrincipalKind::kRoot,
          .arn = std::string(kRootArn),
          .account = std::string(kAccountId),
          .unique_id = std::string(kAccountId),
          .parent_arn = {},
          .parent_id = {}};
}

Principal User() {
  Principal user = Root();
  user.kind = PrincipalKind::kUser;
  user.arn = kUserArn;
  user.unique_id = kUserId;
  return user;
}

Principal Session() {
  Principal session = Root();
  session.kind = PrincipalKind::kSession;
  session.arn = kSessionArn;
  session.unique_id = std::string(kRoleId) + ":sess1";
  session.parent_arn = kRoleArn;
  session.parent_id = kRoleId;
  return session;
}

Principal Federated() {
  Principal federated = Root();
  federated.kind = PrincipalKind::kFederatedSession;
  federated.arn = kFederatedArn;
  federated.unique_id = "111122223333:bob";
  federated.parent_arn = kUserArn;
  federated.parent_id = kUserId;
  return federated;
}

Principal Service() {
  return {.kind = PrincipalKind::kService,
          .arn = std::string(kService),
          .account = {},
          .unique_id = {},
          .parent_arn = {},
          .parent_id = {}};
}

TEST(PrincipalTest, AnEntryCoversTheCallerByWhatItNames) {
  struct Row {
    PrincipalEntry entry;
    PrincipalMatch user, session, federated, root, service;
  };
  const auto aws = [](std::string_view text) { return PrincipalEntry::Aws(text); };
  for (const auto& [entry, user, session, federated, root, service] : std::vector<Row>{
           {aws("*"), kAny, kAny, kAny, kAny, kAny},
           {aws(kAccountId), kAccount, kAccount, kAccount, kAccount, kNone},
           {aws(kRootArn), kAccount, kAccount, kAccount, kAccount, kNone},
           {aws("444455556666"), kNone, kNone, kNone, kNone, kNone},
           {aws("arn:aws:iam::444455556666:root"), kNone, kNone, kNone, kNone, kNone},
           {aws(kUserArn), kSelf, kNone, kParent, kNone, kNone},
           {aws(kUserId), kSelf, kNone, kParent, kNone, kNone},
           {aws("arn:aws:iam::111122223333:user/alice"), kNone, kNone, kNone, kNone, kNone},
           {aws("arn:aws:iam::111122223333:user/team/Alice"), kNone, kNone, kNone, kNone, kNone},
           {aws(kRoleArn), kNone, kParent, kNone, kNone, kNone},
           {aws(kRoleId), kNone, kParent, kNone, kNone, kNone},
           {aws("arn:aws:iam::111122223333:role/AppRole"), kNone, kNone, kNone, kNone, kNone},
           {aws(kSessionArn), kNone, kSelf, kNone, kNone, kNone},
           {aws("arn:aws:sts::111122223333:assumed-role/AppRole/sess2"), kNone, kNone, kNone, kNone,
            kNone},
           {aws(kFederatedArn), kNone, kNone, kSelf, kNone, kNone},
           {PrincipalEntry::Service(kService), kNone, kNone, kNone, kNone, kSelf},
           {PrincipalEntry::Service("lambda.amazonaws.com"), kNone, kNone, kNone, kNone, kNone},
           {PrincipalEntry::Other(), kNone, kNone, kNone, kNone, kNone},
       }) {
    EXPECT_EQ(entry.Match(User()), user) << entry.text();
    EXPECT_EQ(entry.Match(Session()), session) << entry.text();
    EXPECT_EQ(entry.Match(Federated()), federated) << entry.text();
    EXPECT_EQ(entry.Match(Root()), root) << entry.text();
    EXPECT_EQ(entry.Match(Service()), service) << entry.text();
  }
}

TEST(PrincipalTest, AnEmptyNameIsNobodys) {
  EXPECT_EQ(PrincipalEntry::Aws("").Match(Service()), kNone);
  EXPECT_EQ(PrincipalEntry::Service("").Match(User()), kNone);
}

TEST(PrincipalTest, TheStrongestOfSeveralCounts) {
  const auto entries = [](std::vector<std::string_view> texts) {
    std::vector<PrincipalEntry> made;
    for (const std::string_view text : texts) made.push_back(PrincipalEntry::Aws(text));
    return made;
  };

  EXPECT_EQ(Match({}, User()), kNone);
  EXPECT_EQ(Match(entries({kUserArn, kAccountId}), User()), kSelf);
  EXPECT_EQ(Match(entries({kAccountId, kRoleArn, kUserArn}), Session()), kParent);
  EXPECT_EQ(Match(entries({kSessionArn, "*"}), Session()), kAny);
}

TEST(PrincipalTest, NotPrincipalSparesWhoIsListedWithAllThatHeIs) {
  struct Row {
    Principal caller;
    std::vector<std::string_view> listed;
    bool is_spared;
  };
  for (const auto& [caller, listed, is_spared] : std::vector<Row>{
           {User(), {kUserArn, kRootArn}, true},
           {User(), {kUserId, kAccountId}, true},
           {User(), {kUserArn}, false},
           {User(), {kRootArn}, false},
           {User(), {kUserArn, "444455556666"}, false},
           {User(), {"*"}, true},
           {User(), {}, false},
           {Session(), {kSessionArn, kRoleArn, kRootArn}, true},
           {Session(), {kSessionArn, kRoleId, kAccountId}, true},
           {Session(), {kSessionArn, kRootArn}, false},
           {Session(), {kRoleArn, kRootArn}, false},
           {Session(), {kSessionArn, kRoleArn}, false},
           {Federated(), {kFederatedArn, kUserArn, kRootArn}, true},
           {Federated(), {kFederatedArn, kRootArn}, false},
           {Root(), {kRootArn}, true},
           {Root(), {kUserArn}, false},
           {Service(), {kRootArn}, false},
       }) {
    std::vector<PrincipalEntry> entries;
    for (const std::string_view text : listed) entries.push_back(PrincipalEntry::Aws(text));
    EXPECT_EQ(IsSpared(entries, caller), is_spared)
        << caller.arn << " " << testing::PrintToString(listed);
  }
  EXPECT_TRUE(IsSpared({PrincipalEntry::Service(kService)}, Service()));
}

}  // namespace
}  // namespace coffer::policy
