#pragma once

#include "rotation/native/session.h"
#include "rotation/native/step_credentials.h"

#include <algorithm>
#include <concepts>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace coffer::rotation::native {

/// A database server that knows some users and answers some statements, and writes down what it is
/// asked: `login app@db:5432 tls`, then the statements.
struct FakeDatabase {
  std::map<std::string, std::string, std::less<>> passwords;  ///< Of users.
  std::map<std::string, Rows> rows;           ///< By statement; none for all others.
  std::map<std::string, RotatorError> fails;  ///< By the statement's beginning.
  std::optional<LoginFailure> tls_failure;    ///< Of every login with TLS.
  std::optional<LoginFailure> failure;        ///< Of every login.
  std::vector<std::string> log;
};

template <std::derived_from<Session> S>
class FakeSession : public S {
 public:
  explicit FakeSession(FakeDatabase& database) : database_(database) {}

  Outcome<Rows> Query(const std::string& statement) override {
    database_.log.push_back(statement);
    for (const auto& [beginning, error] : database_.fails) {
      if (statement.starts_with(beginning)) return std::unexpected(error);
    }
    const auto found = database_.rows.find(statement);
    return found == database_.rows.end() ? Rows() : found->second;
  }
  Outcome<std::string> Literal(std::string_view text) override {
    std::string quoted = "'";
    for (const char c : text) quoted.append(c == '\'' ? 2 : 1, c);
    return quoted + "'";
  }

 private:
  FakeDatabase& database_;
};

class FakePostgresqlSession : public FakeSession<PostgresqlSession> {
 public:
  using FakeSession::FakeSession;
  Outcome<std::string> Identifier(std::string_view name) override {
    return "\"" + std::string(name) + "\"";
  }
  Outcome<std::string> Verifier(std::string_view username, std::string_view password,
                                const std::string& algorithm) override {
    return algorithm + " of " + std::string(username) + " " + std::string(password);
  }
};

template <class S>
class FakeConnector : public Connector<S> {
 public:
  explicit FakeConnector(FakeDatabase& database) : database_(database) {}

  std::expected<std::unique_ptr<S>, LoginFailure> Connect(const Login& login) override {
    database_.log.push_back("login " + std::string(login.username) + "/" +
                            std::string(login.password) + " at " + std::string(login.host) + ":" +
                            std::to_string(login.port) + (login.uses_tls ? "" : " without tls"));
    if (database_.failure) return std::unexpected(*database_.failure);
    if (login.uses_tls && database_.tls_failure) return std::unexpected(*database_.tls_failure);
    const auto found = database_.passwords.find(login.username);
    if (found == database_.passwords.end() || found->second != login.password) {
      return std::unexpected(LoginFailure{LoginFailure::Kind::kRefused, "no such user/password"});
    }
    if constexpr (std::same_as<S, PostgresqlSession>) {
      return std::make_unique<FakePostgresqlSession>(database_);
    } else {
      return std::make_unique<FakeSession<Session>>(database_);
    }
  }

 private:
  FakeDatabase& database_;
};

/// A value as the tests write it.
inline DatabaseCredential Credential(std::string username, std::string_view password) {
  DatabaseCredential credential;
  credential.host = "db";
  credential.port = 1;
  credential.username = std::move(username);
  credential.password = SecretBytes::FromText(password);
  return credential;
}

/// The value of app, whose password is to become `new`.
inline SetCredentials SingleUser() {
  SetCredentials credentials;
  credentials.strategy = Strategy::kSingleUser;
  credentials.current = Credential("app", "old");
  credentials.pending = Credential("app", "new");
  return credentials;
}

/// app and app_clone, whose password is to become `new`; root may make users.
inline SetCredentials AlternatingUsers() {
  SetCredentials credentials;
  credentials.strategy = Strategy::kAlternatingUsers;
  credentials.current = Credential("app", "old");
  credentials.pending = Credential("app_clone", "new");
  credentials.master = Credential("root", "top");
  return credentials;
}

}  // namespace coffer::rotation::native
