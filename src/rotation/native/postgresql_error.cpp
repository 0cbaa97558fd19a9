#include "rotation/native/postgresql_error.h"

#include "base/ascii.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace coffer::rotation::native {
namespace {

/// What may pass by itself (PostgreSQL, appendix A): lost connections, resources, shutdown and
/// start, conflicts with other transactions, our own time limits.
bool IsTemporary(std::string_view sqlstate) {
  constexpr std::array<std::string_view, 3> kClasses = {"08", "53", "40"};
  constexpr std::array<std::string_view, 6> kStates = {"57P01", "57P02", "57P03",
                                                       "57P05", "57014", "55P03"};
  return std::ranges::find(kClasses, sqlstate.substr(0, 2)) != kClasses.end() ||
         std::ranges::find(kStates, sqlstate) != kStates.end();
}

/// The SQLSTATE of `FATAL:  28P01: password authentication failed ...`; empty = there is none.
std::string_view FindSqlstate(std::string_view message) {
  constexpr std::size_t kLength = 5;
  constexpr std::string_view kBefore = ":  ";
  for (std::size_t at = message.find(kBefore); at != std::string_view::npos;
       at = message.find(kBefore, at + 1)) {
    const std::string_view state = message.substr(at + kBefore.size(), kLength);
    const std::string_view after = message.substr(at + kBefore.size() + state.size());
    const bool is_state =
        std::ranges::all_of(state, [](char c) { return base::IsUpper(c) || base::IsDigit(c); });
    if (state.size() == kLength && is_state && after.starts_with(':')) return state;
  }
  return {};
}

/// The message on one line without where in the server's source it comes from.
std::string OneLine(std::string_view message) {
  std::string line;
  while (!message.empty()) {
    const std::size_t end = std::min(message.find('\n'), message.size());
    const std::string_view part = message.substr(0, end);
    message.remove_prefix(std::min(end + 1, message.size()));
    if (part.empty() || part.starts_with("LOCATION:")) continue;
    if (!line.empty()) line += ' ';
    line += part;
  }
  return line;
}

LoginFailure::Kind KindOf(std::string_view message) {
  using enum LoginFailure::Kind;
  // invalid_password, invalid_authorization_specification
  const std::string_view state = FindSqlstate(message);
  if (state == "28P01" || state == "28000") return kRefused;
  if (!state.empty()) return IsTemporary(state) ? kUnreachable : kOther;
  // What libpq itself says, in English: no locale is set.
  if (message.contains("server does not support SSL")) return kTlsRefused;
  if (message.contains("certificate") || message.contains("SSL error")) return kTlsFailed;
  constexpr std::array<std::string_view, 4> kLasting = {"authentication method", "SCRAM",
                                                        "channel binding", "invalid port number"};
  const bool is_lasting =
      std::ranges::any_of(kLasting, [&](std::string_view text) { return message.contains(text); });
  return is_lasting ? kOther : kUnreachable;
}

}  // namespace

LoginFailure ClassifyPostgresqlLogin(std::string_view message) {
  return {.kind = KindOf(message), .message = OneLine(message)};
}

RotatorError PostgresqlStatementError(std::string_view sqlstate, std::string_view message) {
  RotatorError error;
  error.code = sqlstate;
  // Without a code the connection itself has broken.
  error.is_temporary = sqlstate.empty() || IsTemporary(sqlstate);
  error.type = sqlstate == "42501" ? errors::kPermissionDenied : errors::kDatabaseError;
  error.message = sqlstate.empty() ? "the connection broke: " : "SQLSTATE " + error.code + ": ";
  error.message += OneLine(message);
  return error;
}

}  // namespace coffer::rotation::native
