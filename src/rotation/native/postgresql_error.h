#pragma once

#include "rotation/native/error.h"
#include "rotation/native/session.h"

#include <string>
#include <string_view>

namespace coffer::rotation::native {

/// Why a login failed, from what libpq says with PQERRORS_VERBOSE: only that tells the SQLSTATE,
/// which unlike the text does not depend on the server's language.
[[nodiscard]] LoginFailure ClassifyPostgresqlLogin(std::string_view message);

/// The error of a statement that the server refused.
[[nodiscard]] RotatorError PostgresqlStatementError(std::string_view sqlstate,
                                                    std::string_view message);

}  // namespace coffer::rotation::native
