#pragma once

#include "coffer/result.h"

#include <chrono>
#include <string>
#include <string_view>

namespace coffer::sigv4 {

inline constexpr std::string_view kQuerySignature = "X-Amz-Signature";
inline constexpr std::string_view kQueryToken = "X-Amz-Security-Token";

/// What the query of a presigned request says about its signature, decoded.
struct PresignedQuery {
  std::string credential;
  std::string signed_headers;
  std::string signature;
  std::string date;
  std::string session_token;         ///< Empty when there is none.
  std::chrono::seconds lifetime{0};  ///< What X-Amz-Expires asks for; 0 when it is absent.
};

/// Check 8 of verifier.h, for a query whose escapes are well formed. Of a repeated parameter the
/// first counts. IncompleteSignature for missing ones, or a lifetime that is not 1 to 604,800
/// seconds (AWS: a week). Without `needs_date`, X-Amz-Date may be missing.
[[nodiscard]] Result<PresignedQuery> ParsePresignedQuery(std::string_view query, bool needs_date);

}  // namespace coffer::sigv4
