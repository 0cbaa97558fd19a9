#pragma once

#include "base/ascii.h"

#include <algorithm>
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

}  // namespace coffer::base
