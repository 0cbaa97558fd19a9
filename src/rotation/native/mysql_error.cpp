#include "rotation/native/mysql_error.h"

#include <algorithm>
#include <array>

namespace coffer::rotation::native {
namespace {

constexpr unsigned kSyntaxError = 1064;  // ER_PARSE_ERROR
constexpr unsigned kTlsError = 2026;     // CR_SSL_CONNECTION_ERROR

// Wrong password, an account that is locked or whose password has expired.
constexpr std::array<unsigned, 5> kWrongLogin = {1045, 1698, 1862, 3118, 4151};

// May pass by itself: too many connections (1040, 1203, 1226), shutdown (1053), host blocked
// (1129), lock timeout (1205), deadlock (1213), interrupted (1317, 1927, 1969, 3024), nobody there
// or gone (2002 to 2006, 2012, 2013, 2055).
constexpr std::array<unsigned, 19> kTemporary = {1040, 1053, 1129, 1203, 1205, 1213, 1226,
                                                 1317, 1927, 1969, 2002, 2003, 2004, 2005,
                                                 2006, 2012, 2013, 2055, 3024};

// No right to do it: at all, on a table, for a column, a routine, for want of a named privilege.
constexpr std::array<unsigned, 7> kDenied = {1044, 1045, 1142, 1143, 1227, 1370, 1410};

template <std::size_t kSize>
bool IsIn(const std::array<unsigned, kSize>& numbers, unsigned number) {
  return std::ranges::find(numbers, number) != numbers.end();
}

LoginFailure::Kind KindOf(unsigned number, std::string_view message) {
  using enum LoginFailure::Kind;
  if (IsIn(kWrongLogin, number)) return kRefused;
  if (number == kTlsError) {
    return message.contains("does not support") ? kTlsRefused : kTlsFailed;
  }
  return IsIn(kTemporary, number) ? kUnreachable : kOther;
}

}  // namespace

LoginFailure ClassifyMysqlLogin(unsigned number, std::string_view message) {
  return {.kind = KindOf(number, message),
          .message = "error " + std::to_string(number) + ": " + std::string(message)};
}

RotatorError MysqlStatementError(unsigned number, std::string_view message) {
  RotatorError error;
  error.code = std::to_string(number);
  error.is_temporary = IsIn(kTemporary, number);
  error.type = IsIn(kDenied, number) ? errors::kPermissionDenied : errors::kDatabaseError;
  error.message = "error " + error.code + ": ";
  error.message +=
      number == kSyntaxError ? "the server does not understand the statement" : message;
  return error;
}

}  // namespace coffer::rotation::native
