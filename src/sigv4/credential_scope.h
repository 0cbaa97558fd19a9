#pragma once

#include "coffer/result.h"

#include <span>
#include <string>
#include <string_view>

namespace coffer::sigv4 {

inline constexpr std::string_view kTerminator = "aws4_request";

/// The Credential parameter, taken apart. Borrows its text.
struct CredentialScope {
  std::string_view access_key_id;
  std::string_view date;  ///< `yyyymmdd`
  std::string_view region;
  std::string_view service;
  std::string_view terminator;
  std::string_view text;  ///< All but the access key id, as the string to sign has it.
};

/// Check 13 of verifier.h: five parts, without a look at what they say.
[[nodiscard]] Result<CredentialScope> ParseCredential(std::string_view credential);

/// What a scope is held against.
struct ExpectedScope {
  std::span<const std::string> regions;  ///< Sorted.
  std::string_view service;
  std::string_view date;  ///< The date header, as sent: `yyyymmddThhmmssZ`.
};

/// Check 14 of verifier.h: all faults of the scope in one message.
[[nodiscard]] Result<void> CheckScope(const CredentialScope& scope, const ExpectedScope& expected);

/// The part of check 14 that holds whoever signed: a region that this server has.
[[nodiscard]] Result<void> CheckRegion(const CredentialScope& scope,
                                       std::span<const std::string> sorted_regions);

}  // namespace coffer::sigv4
