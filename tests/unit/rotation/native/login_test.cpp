#include "rotation/native/login.h"

#include "support/matchers.h"
#include "unit/rotation/native/fake_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::rotation::native {
namespace {

using ::testing::ElementsAre;
using Kind = LoginFailure::Kind;

TEST(LoginTest, WhenTlsIsGivenUp) {
  struct Case {
    TlsMode mode;
    TlsFallback fallback;
    Kind failure;
    bool gives_up;
  };
  const std::vector<Case> cases = {
      {TlsMode::kPreferred, TlsFallback::kRefusedOnly, Kind::kTlsRefused, true},
      {TlsMode::kPreferred, TlsFallback::kRefusedOnly, Kind::kTlsFailed, false},
      {TlsMode::kPreferred, TlsFallback::kRefusedOnly, Kind::kRefused, false},
      {TlsMode::kPreferred, TlsFallback::kRefusedOnly, Kind::kUnreachable, false},
      {TlsMode::kPreferred, TlsFallback::kAny, Kind::kTlsFailed, true},
      {TlsMode::kPreferred, TlsFallback::kAny, Kind::kRefused, true},
      {TlsMode::kPreferred, TlsFallback::kNever, Kind::kTlsRefused, false},
      {TlsMode::kRequired, TlsFallback::kAny, Kind::kTlsRefused, false},
      {TlsMode::kOff, TlsFallback::kAny, Kind::kRefused, false},
  };
  for (const auto& [mode, fallback, failure, gives_up] : cases) {
    EXPECT_EQ(MayGoWithoutTls(mode, fallback, failure), gives_up);
  }
}

TEST(LoginTest, WithoutTlsOnlyWhereTheServerHasNone) {
  FakeDatabase database;
  database.passwords = {{"app", "old"}};
  database.tls_failure = {Kind::kTlsRefused, "no TLS"};
  FakeConnector<Session> connector(database);

  EXPECT_TRUE(LogIn(connector, Credential("app", "old"), TlsFallback::kRefusedOnly).has_value());
  EXPECT_THAT(database.log,
              ElementsAre("login app/old at db:1", "login app/old at db:1 without tls"));
}

TEST(LoginTest, BothFailuresAreTold) {
  FakeDatabase database;
  database.tls_failure = {Kind::kTlsFailed, "no trust"};
  FakeConnector<Session> connector(database);

  const auto result = LogIn(connector, Credential("app", "old"), TlsFallback::kAny);

  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind, Kind::kRefused);
  EXPECT_EQ(result.error().message, "no trust; without TLS: no such user/password");
}

TEST(LoginTest, PasswordsAreTriedInOrder) {
  struct Case {
    std::string valid;
    std::vector<std::string> tried;
    bool succeeds;
  };
  const std::vector<Case> cases = {
      {"new", {"login app/new at db:1"}, true},
      {"old", {"login app/new at db:1", "login app/old at db:1"}, true},
      {"older",
       {"login app/new at db:1", "login app/old at db:1", "login app/older at db:1"},
       true},
      {"none",
       {"login app/new at db:1", "login app/old at db:1", "login app/older at db:1"},
       false},
  };
  for (const auto& [valid, tried, succeeds] : cases) {
    FakeDatabase database;
    database.passwords = {{"app", valid}};
    FakeConnector<Session> connector(database);
    SetCredentials credentials = SingleUser();
    credentials.previous_password = SecretBytes::FromText("older");

    const auto session = LogInToChangeOwn(connector, credentials, TlsFallback::kNever);

    EXPECT_EQ(session.has_value(), succeeds) << valid;
    if (session) {
      EXPECT_EQ(*session == nullptr, valid == "new");
    }
    if (!session) {
      EXPECT_EQ(session.error().type, errors::kLoginFailed);
    }
    EXPECT_EQ(database.log, tried);
  }
}

TEST(LoginTest, WhatIsNoWrongPasswordEndsTheSearch) {
  struct Case {
    Kind kind;
    std::string_view type;
    bool is_temporary;
  };
  const std::vector<Case> cases = {{Kind::kUnreachable, errors::kServerUnreachable, true},
                                   {Kind::kTlsFailed, errors::kTlsFailed, false},
                                   {Kind::kTlsRefused, errors::kTlsFailed, false},
                                   {Kind::kOther, errors::kLoginFailed, false}};
  for (const auto& [kind, type, is_temporary] : cases) {
    FakeDatabase database;
    database.failure = {kind, "so it is"};
    FakeConnector<Session> connector(database);

    const auto own = LogInToChangeOwn(connector, SingleUser(), TlsFallback::kNever);
    const SetCredentials both = AlternatingUsers();
    const auto other = LogInToChangeOther(connector, both, *both.master, TlsFallback::kNever);

    for (const auto* session : {&own, &other}) {
      ASSERT_FALSE(session->has_value());
      EXPECT_EQ(session->error().type, type);
      EXPECT_EQ(session->error().is_temporary, is_temporary);
      EXPECT_TRUE(session->error().message.ends_with("at db:1: so it is"));
    }
    EXPECT_EQ(database.log.size(), 2U);
  }
}

TEST(LoginTest, TheMasterComesAfterTheCurrentUser) {
  struct Case {
    std::map<std::string, std::string, std::less<>> passwords;
    std::vector<std::string> tried;
    std::string_view type;  // Empty = success.
  };
  const std::vector<Case> cases = {
      {{{"app_clone", "new"}}, {"login app_clone/new at db:1"}, ""},
      {{{"root", "top"}},
       {"login app_clone/new at db:1", "login app/old at db:1"},
       errors::kLoginFailed},
      {{{"app", "old"}},
       {"login app_clone/new at db:1", "login app/old at db:1", "login root/top at db:1"},
       errors::kMasterLoginFailed},
      {{{"app", "old"}, {"root", "top"}},
       {"login app_clone/new at db:1", "login app/old at db:1", "login root/top at db:1"},
       ""},
  };
  for (const auto& [passwords, tried, type] : cases) {
    FakeDatabase database;
    database.passwords = passwords;
    FakeConnector<Session> connector(database);
    const SetCredentials credentials = AlternatingUsers();

    const auto session =
        LogInToChangeOther(connector, credentials, *credentials.master, TlsFallback::kNever);

    EXPECT_EQ(session ? "" : session.error().type, type);
    EXPECT_EQ(database.log, tried);
  }
}

}  // namespace
}  // namespace coffer::rotation::native
