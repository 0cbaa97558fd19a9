#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace coffer::rotation::native {

/// Why a step failed. `message` may quote what a database said: it is redacted before it leaves the
/// process.
struct RotatorError {
  std::string type;  ///< One of `errors`; ErrorType of the answer.
  std::string message;
  bool is_temporary = false;  ///< May pass by itself: another attempt makes sense.
  std::string code;           ///< SQLSTATE or MySQL's error number; empty = not a server's error.
};

template <class T>
using Outcome = std::expected<T, RotatorError>;

/// The error types, each explained in docs/rotation.md.
namespace errors {
inline constexpr std::string_view kInvalidInput = "InvalidInput";
inline constexpr std::string_view kInvalidSettings = "InvalidSettings";
inline constexpr std::string_view kInvalidSecret = "InvalidSecret";
inline constexpr std::string_view kUserNameTooLong = "UserNameTooLong";
inline constexpr std::string_view kPendingMismatch = "PendingMismatch";
inline constexpr std::string_view kMasterSecretMissing = "MasterSecretMissing";
inline constexpr std::string_view kMasterSecretUnavailable = "MasterSecretUnavailable";
inline constexpr std::string_view kMasterSecretInvalid = "MasterSecretInvalid";
inline constexpr std::string_view kMasterSecretOtherHost = "MasterSecretOtherHost";
inline constexpr std::string_view kMasterLoginFailed = "MasterLoginFailed";
inline constexpr std::string_view kLoginFailed = "LoginFailed";
inline constexpr std::string_view kTlsFailed = "TlsFailed";
inline constexpr std::string_view kServerUnreachable = "ServerUnreachable";
inline constexpr std::string_view kDatabaseError = "DatabaseError";
inline constexpr std::string_view kPermissionDenied = "PermissionDenied";
inline constexpr std::string_view kTimedOut = "TimedOut";
}  // namespace errors

[[nodiscard]] inline std::unexpected<RotatorError> Failed(std::string_view type,
                                                          std::string message) {
  return std::unexpected(RotatorError{
      .type = std::string(type), .message = std::move(message), .is_temporary = false, .code = {}});
}

}  // namespace coffer::rotation::native
