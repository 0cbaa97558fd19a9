#include "rotation/native/database_credential.h"

#include "support/matchers.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer::rotation::native {
namespace {

using test::IsOk;

constexpr std::string_view kRequired =
    R"("engine":"postgres","host":"db","username":"app","password":"old")";

std::string WithMember(std::string_view member) {
  return "{" + std::string(kRequired) + (member.empty() ? "" : ",") + std::string(member) + "}";
}

TEST(DatabaseCredentialTest, WhatIsAbsentHasDefaults) {
  const auto credential = ParseCredential(WithMember(""), Engine::kPostgresql, "It");

  ASSERT_THAT(credential, IsOk());
  EXPECT_EQ(credential->engine, "postgres");
  EXPECT_EQ(credential->host, "db");
  EXPECT_EQ(credential->username, "app");
  EXPECT_EQ(credential->password.ExposeText(), "old");
  EXPECT_EQ(credential->port, 5432);
  EXPECT_EQ(credential->database, "");
  EXPECT_EQ(credential->master_secret, "");
  EXPECT_EQ(credential->tls, TlsMode::kPreferred);
}

TEST(DatabaseCredentialTest, EnginesBelongToRotators) {
  struct Case {
    std::string_view engine;
    bool is_postgresql;
    bool is_mysql;
  };
  const std::vector<Case> cases = {
      {"postgres", true, false},     {"aurora-postgresql", true, false}, {"mysql", false, true},
      {"aurora-mysql", false, true}, {"mariadb", false, true},           {"oracle", false, false},
      {"Postgres", false, false},
  };
  for (const auto& entry : cases) {
    const std::string json = R"({"host":"h","username":"u","password":"p","engine":")" +
                             std::string(entry.engine) + "\"}";
    EXPECT_EQ(ParseCredential(json, Engine::kPostgresql, "It").has_value(), entry.is_postgresql);
    const auto mysql = ParseCredential(json, Engine::kMysql, "It");
    EXPECT_EQ(mysql.has_value(), entry.is_mysql);
    if (mysql) {
      EXPECT_EQ(mysql->port, 3306);
    }
  }
}

TEST(DatabaseCredentialTest, PortsAreNumbersOrTexts) {
  struct Case {
    std::string_view written;
    int port;  // 0 = refused.
  };
  const std::vector<Case> cases = {
      {"1", 1},      {"\"65535\"", 65535}, {"null", 5432}, {"0", 0},    {"65536", 0},  {"-1", 0},
      {"\"\"", 0},   {"\"54a\"", 0},       {"5432.0", 0},  {"true", 0}, {"\" 1\"", 0}, {"[]", 0},
      {"\"+1\"", 0},
  };
  for (const auto& [written, port] : cases) {
    const auto credential =
        ParseCredential(WithMember("\"port\":" + std::string(written)), Engine::kPostgresql, "It");
    EXPECT_EQ(credential ? credential->port : 0, port) << written;
  }
}

TEST(DatabaseCredentialTest, SslIsTrueFalseOrOpen) {
  struct Case {
    std::string_view written;
    TlsMode mode;
  };
  const std::vector<Case> cases = {
      {"true", TlsMode::kRequired},      {"false", TlsMode::kOff},
      {R"("True")", TlsMode::kRequired}, {R"("FALSE")", TlsMode::kOff},
      {"null", TlsMode::kPreferred},     {R"("yes")", TlsMode::kPreferred},
      {"1", TlsMode::kPreferred},        {R"("")", TlsMode::kPreferred},
  };
  for (const auto& [written, mode] : cases) {
    const auto credential =
        ParseCredential(WithMember("\"ssl\":" + std::string(written)), Engine::kPostgresql, "It");
    ASSERT_THAT(credential, IsOk());
    EXPECT_EQ(credential->tls, mode) << written;
  }
}

TEST(DatabaseCredentialTest, WhatIsWrongIsNamedAndNotQuoted) {
  struct Case {
    std::string_view json;
    std::string_view message;
  };
  const std::vector<Case> cases = {
      {"", "It is not JSON: unexpected end at byte 0."},
      {"hunter2", "It is not JSON: syntax error at byte 0."},
      {R"("hunter2")", "It is not a JSON object."},
      {R"({"engine":"postgres","engine":"x"})", "It is not JSON: duplicate key at byte 33."},
      {"{}", R"(It cannot be used: its key "engine" is missing.)"},
      {R"({"engine":"hunter2"})",
       R"(It cannot be used: its key "engine" must be postgres or aurora-postgresql for this rotator.)"},
      {R"({"engine":"postgres"})", R"(It cannot be used: its key "host" is missing.)"},
      {R"({"engine":"postgres","host":1})",
       R"(It cannot be used: its key "host" is not a string.)"},
      {R"({"engine":"postgres","host":"/run/postgresql"})",
       R"(It cannot be used: its key "host" must be one name or address.)"},
      {R"({"engine":"postgres","host":"a,b"})",
       R"(It cannot be used: its key "host" must be one name or address.)"},
      {R"({"engine":"postgres","host":"@s"})",
       R"(It cannot be used: its key "host" must be one name or address.)"},
      {R"({"engine":"postgres","host":"h","username":""})",
       R"(It cannot be used: its key "username" is empty.)"},
      {R"({"engine":"postgres","host":"h","username":"u"})",
       R"(It cannot be used: its key "password" is missing.)"},
      {R"({"engine":"postgres","host":"h","username":"u","password":"a\u0000b"})",
       R"(It cannot be used: its key "password" contains a NUL character.)"},
      {R"({"engine":"postgres","host":"h","username":"u","password":"p","dbname":1})",
       R"(It cannot be used: its key "dbname" is not a string.)"},
      {R"({"engine":"postgres","host":"h","username":"u","password":"p","masterarn":[]})",
       R"(It cannot be used: its key "masterarn" is not a string.)"},
  };
  for (const auto& [json, message] : cases) {
    const auto credential = ParseCredential(json, Engine::kPostgresql, "It");
    ASSERT_FALSE(credential.has_value()) << json;
    EXPECT_EQ(credential.error().type, errors::kInvalidSecret);
    EXPECT_EQ(credential.error().message, message);
  }
}

}  // namespace
}  // namespace coffer::rotation::native
