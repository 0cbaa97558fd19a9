#include "rotation/native/login.h"

#include <string>

namespace coffer::rotation::native {

bool MayGoWithoutTls(TlsMode mode, TlsFallback fallback, LoginFailure::Kind failure) {
  if (mode != TlsMode::kPreferred) return false;
  switch (fallback) {
    case TlsFallback::kRefusedOnly:
      return failure == LoginFailure::Kind::kTlsRefused;
    case TlsFallback::kAny:
      return true;
    case TlsFallback::kNever:
      return false;
  }
  return false;
}

LoginFailure Both(const LoginFailure& with_tls, const LoginFailure& without_tls) {
  // That there is no TLS says nothing about why the second login failed.
  if (with_tls.kind == LoginFailure::Kind::kTlsRefused) return without_tls;
  return {.kind = without_tls.kind,
          .message = with_tls.message + "; without TLS: " + without_tls.message};
}

RotatorError LoginError(const LoginFailure& failure, std::string_view whose,
                        const DatabaseCredential& credential, std::string_view refused_type) {
  RotatorError error;
  error.message = "Cannot log in with the " + std::string(whose) + " password as \"" +
                  credential.username + "\" at " + credential.host + ":" +
                  std::to_string(credential.port) + ": " + failure.message;
  switch (failure.kind) {
    case LoginFailure::Kind::kUnreachable:
      error.type = errors::kServerUnreachable;
      error.is_temporary = true;
      break;
    case LoginFailure::Kind::kTlsRefused:
    case LoginFailure::Kind::kTlsFailed:
      error.type = errors::kTlsFailed;
      break;
    case LoginFailure::Kind::kRefused:
    case LoginFailure::Kind::kOther:
      error.type = refused_type;
      break;
  }
  return error;
}

}  // namespace coffer::rotation::native
