#pragma once

#include "rotation/native/database_credential.h"
#include "rotation/native/error.h"
#include "rotation/native/session.h"
#include "rotation/native/settings.h"
#include "rotation/native/step_credentials.h"

#include <expected>
#include <memory>
#include <string_view>
#include <utility>

namespace coffer::rotation::native {

/// Whether a login that failed with TLS is tried again without.
[[nodiscard]] bool MayGoWithoutTls(TlsMode mode, TlsFallback fallback, LoginFailure::Kind failure);

/// The failed logins with and without TLS as one.
[[nodiscard]] LoginFailure Both(const LoginFailure& with_tls, const LoginFailure& without_tls);

/// The error of a step whose login failed. `whose` is "pending", "current", ...; `refused_type` is
/// the error type when it was the password.
[[nodiscard]] RotatorError LoginError(const LoginFailure& failure, std::string_view whose,
                                      const DatabaseCredential& credential,
                                      std::string_view refused_type = errors::kLoginFailed);

template <class S>
using LoginResult = std::expected<std::unique_ptr<S>, LoginFailure>;

/// Logs in with TLS or without, as the secret and the settings say.
template <class S>
[[nodiscard]] LoginResult<S> LogIn(Connector<S>& connector, const DatabaseCredential& credential,
                                   const SecretBytes& password, TlsFallback fallback) {
  Login login{.host = credential.host,
              .port = credential.port,
              .username = credential.username,
              .password = password.ExposeText(),
              .database = credential.database,
              .uses_tls = credential.tls != TlsMode::kOff};
  LoginResult<S> first = connector.Connect(login);
  if (first || !MayGoWithoutTls(credential.tls, fallback, first.error().kind)) return first;
  login.uses_tls = false;
  LoginResult<S> second = connector.Connect(login);
  if (!second) return std::unexpected(Both(first.error(), second.error()));
  return second;
}
template <class S>
[[nodiscard]] LoginResult<S> LogIn(Connector<S>& connector, const DatabaseCredential& credential,
                                   TlsFallback fallback) {
  return LogIn(connector, credential, credential.password, fallback);
}

/// A session of the user whose own password is to change; null when the pending password is already
/// set (an attempt that broke off later is repeated). The previous password heals what an earlier
/// version of the secret has left behind.
template <class S>
[[nodiscard]] Outcome<std::unique_ptr<S>> LogInToChangeOwn(Connector<S>& connector,
                                                           const SetCredentials& credentials,
                                                           TlsFallback fallback) {
  const auto is_wrong_password = [](const LoginResult<S>& result) {
    return !result && result.error().kind == LoginFailure::Kind::kRefused;
  };
  LoginResult<S> pending = LogIn(connector, credentials.pending, fallback);
  if (pending) return nullptr;
  if (!is_wrong_password(pending)) {
    return std::unexpected(LoginError(pending.error(), "pending", credentials.pending));
  }
  LoginResult<S> current = LogIn(connector, credentials.current, fallback);
  if (current) return std::move(*current);
  if (!is_wrong_password(current)) {
    return std::unexpected(LoginError(current.error(), "current", credentials.current));
  }
  if (credentials.previous_password) {
    LoginResult<S> last =
        LogIn(connector, credentials.current, *credentials.previous_password, fallback);
    if (last) return std::move(*last);
    if (!is_wrong_password(last)) {
      return std::unexpected(LoginError(last.error(), "previous", credentials.current));
    }
  }
  return std::unexpected(LoginError(
      current.error(),
      credentials.previous_password ? "pending, current or previous" : "pending or current",
      credentials.current));
}

/// A session of the user who may make users, for alternating users; null when the pending password
/// is already set. The current value must still be good: whoever could write the secret, but does
/// not know a password, gets no user changed.
template <class S>
[[nodiscard]] Outcome<std::unique_ptr<S>> LogInToChangeOther(Connector<S>& connector,
                                                             const SetCredentials& credentials,
                                                             const DatabaseCredential& master,
                                                             TlsFallback fallback) {
  LoginResult<S> pending = LogIn(connector, credentials.pending, fallback);
  if (pending) return nullptr;
  if (pending.error().kind != LoginFailure::Kind::kRefused) {
    return std::unexpected(LoginError(pending.error(), "pending", credentials.pending));
  }
  LoginResult<S> current = LogIn(connector, credentials.current, fallback);
  if (!current) {
    return std::unexpected(LoginError(current.error(), "current", credentials.current));
  }
  current->reset();
  LoginResult<S> result = LogIn(connector, master, fallback);
  if (!result) {
    return std::unexpected(
        LoginError(result.error(), "master", master, errors::kMasterLoginFailed));
  }
  return std::move(*result);
}

}  // namespace coffer::rotation::native
