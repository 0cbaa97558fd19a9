#pragma once

#include "coffer/result.h"

#include <string_view>

namespace coffer::sigv4 {

inline constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

/// The three parameters of an Authorization header, as sent. Borrows the header.
struct AuthorizationHeader {
  std::string_view credential;      ///< `<access key id>/<date>/<region>/<service>/aws4_request`
  std::string_view signed_headers;  ///< Lower-case names joined by `;`.
  std::string_view signature;       ///< Hexadecimal, if the client is honest.
};

/// Checks 5 to 8 of verifier.h. `has_date` says whether the request carries a date, whose absence
/// is reported together with that of parameters.
[[nodiscard]] Result<AuthorizationHeader> ParseAuthorizationHeader(std::string_view header,
                                                                   bool has_date);

}  // namespace coffer::sigv4
