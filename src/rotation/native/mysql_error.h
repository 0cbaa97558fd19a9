#pragma once

#include "rotation/native/error.h"
#include "rotation/native/session.h"

#include <string>
#include <string_view>

namespace coffer::rotation::native {

/// Why a login failed, from the client library's or the server's error number and text.
[[nodiscard]] LoginFailure ClassifyMysqlLogin(unsigned number, std::string_view message);

/// The error of a statement that the server refused. Of a syntax error only the number is kept:
/// servers quote the statement from the place of the error on, password included.
[[nodiscard]] RotatorError MysqlStatementError(unsigned number, std::string_view message);

}  // namespace coffer::rotation::native
