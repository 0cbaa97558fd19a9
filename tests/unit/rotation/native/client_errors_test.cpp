#include "rotation/native/mysql_error.h"
#include "rotation/native/postgresql_error.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer::rotation::native {
namespace {

using Kind = LoginFailure::Kind;

TEST(PostgresqlErrorTest, LoginFailuresAreToldByTheirCode) {
  struct Case {
    std::string_view message;
    Kind kind;
  };
  const std::vector<Case> cases = {
      {R"(connection to server at "127.0.0.1", port 5432 failed: FATAL:  28P01: password authentication failed for user "app")",
       Kind::kRefused},
      {"connection to server at \"db\" failed: FATAL:  28000: no pg_hba.conf entry",
       Kind::kRefused},
      {"connection to server at \"db\" failed: SCHWERWIEGEND:  28P01: Passwort-Authentifizierung",
       Kind::kRefused},
      {"failed: FATAL:  53300: sorry, too many clients already", Kind::kUnreachable},
      {"failed: FATAL:  57P03: the database system is starting up", Kind::kUnreachable},
      {"failed: FATAL:  3D000: database \"x\" does not exist", Kind::kOther},
      {"failed: server does not support SSL, but SSL was required", Kind::kTlsRefused},
      {"failed: SSL error: certificate verify failed", Kind::kTlsFailed},
      {"failed: server certificate for \"a\" does not match host name \"b\"", Kind::kTlsFailed},
      {"failed: root certificate file \"/x\" does not exist", Kind::kTlsFailed},
      {"failed: Connection refused\n\tIs the server running on that host?", Kind::kUnreachable},
      {"could not translate host name \"db\" to address: Name or service not known",
       Kind::kUnreachable},
      {"server closed the connection unexpectedly", Kind::kUnreachable},
      {"failed: authentication method 13 not supported", Kind::kOther},
  };
  for (const auto& [message, kind] : cases) {
    EXPECT_EQ(ClassifyPostgresqlLogin(message).kind, kind) << message;
  }
}

TEST(PostgresqlErrorTest, TheMessageIsOneLineWithoutPlacesInTheSource) {
  EXPECT_EQ(
      ClassifyPostgresqlLogin("failed: FATAL:  28P01: no\nLOCATION:  f, auth.c:326\n").message,
      "failed: FATAL:  28P01: no");
  EXPECT_EQ(ClassifyPostgresqlLogin("a\n\tb\n").message, "a \tb");
}

TEST(PostgresqlErrorTest, Statements) {
  struct Case {
    std::string_view state;
    std::string_view type;
    bool is_temporary;
  };
  const std::vector<Case> cases = {
      {"42501", errors::kPermissionDenied, false}, {"42601", errors::kDatabaseError, false},
      {"40P01", errors::kDatabaseError, true},     {"40001", errors::kDatabaseError, true},
      {"57014", errors::kDatabaseError, true},     {"55P03", errors::kDatabaseError, true},
      {"", errors::kDatabaseError, true},          {"25006", errors::kDatabaseError, false},
  };
  for (const auto& [state, type, is_temporary] : cases) {
    const RotatorError error = PostgresqlStatementError(state, "text");
    EXPECT_EQ(error.type, type) << state;
    EXPECT_EQ(error.is_temporary, is_temporary) << state;
    EXPECT_EQ(error.code, state);
  }
}

TEST(MysqlErrorTest, LoginFailures) {
  struct Case {
    unsigned number;
    std::string_view message;
    Kind kind;
  };
  const std::vector<Case> cases = {
      {1045, "Access denied for user", Kind::kRefused},
      {1698, "Access denied for user", Kind::kRefused},
      {3118, "Account is locked", Kind::kRefused},
      {1049, "Unknown database", Kind::kOther},
      {1040, "Too many connections", Kind::kUnreachable},
      {2002, "Can't connect to server", Kind::kUnreachable},
      {2005, "Unknown server host", Kind::kUnreachable},
      {2026, "SSL is required, but the server does not support it", Kind::kTlsRefused},
      {2026, "TLS/SSL error: certificate verify failed", Kind::kTlsFailed},
      {2059, "Authentication plugin cannot be loaded", Kind::kOther},
  };
  for (const auto& [number, message, kind] : cases) {
    EXPECT_EQ(ClassifyMysqlLogin(number, message).kind, kind) << number;
  }
}

TEST(MysqlErrorTest, ASyntaxErrorQuotesNothing) {
  const RotatorError error = MysqlStatementError(
      1064, "You have an error in your SQL syntax; ... near 'PASSWORD('hunter2')' at line 1");

  EXPECT_EQ(error.message, "error 1064: the server does not understand the statement");
  EXPECT_FALSE(error.is_temporary);
}

TEST(MysqlErrorTest, Statements) {
  struct Case {
    unsigned number;
    std::string_view type;
    bool is_temporary;
  };
  const std::vector<Case> cases = {
      {1213, errors::kDatabaseError, true},     {1205, errors::kDatabaseError, true},
      {2013, errors::kDatabaseError, true},     {1819, errors::kDatabaseError, false},
      {1142, errors::kPermissionDenied, false}, {1227, errors::kPermissionDenied, false},
      {1044, errors::kPermissionDenied, false},
  };
  for (const auto& [number, type, is_temporary] : cases) {
    const RotatorError error = MysqlStatementError(number, "text");
    EXPECT_EQ(error.type, type) << number;
    EXPECT_EQ(error.is_temporary, is_temporary) << number;
    EXPECT_EQ(error.message, "error " + std::to_string(number) + ": text");
  }
}

}  // namespace
}  // namespace coffer::rotation::native
