#pragma once

#include "base/ascii.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::base {

/// Whether `text` is the id of an AWS account: twelve digits.
[[nodiscard]] constexpr bool IsAccountId(std::string_view text) {
  return text.size() == 12 && std::ranges::all_of(text, IsDigit);
}

/// The ARN of an account's root user.
[[nodiscard]] inline std::string RootArn(std::string_view account) {
  return "arn:aws:iam::" + std::string(account) + ":root";
}

/// The account of such an ARN; nullopt when it is none.
[[nodiscard]] inline std::optional<std::string_view> AccountOfRootArn(std::string_view arn) {
  constexpr std::string_view kPrefix = "arn:aws:iam::";
  if (!arn.starts_with(kPrefix) || !arn.ends_with(":root")) return std::nullopt;
  const std::string_view account = arn.substr(kPrefix.size(), arn.rfind(':') - kPrefix.size());
  return IsAccountId(account) ? std::optional(account) : std::nullopt;
}

}  // namespace coffer::base
