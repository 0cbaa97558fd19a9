#pragma once

#include "coffer/clock.h"

#include <optional>
#include <span>
#include <string_view>

namespace coffer::identity {

/// A policy that AWS manages. It has one version, which is as old as the policy.
struct AwsPolicy {
  std::string_view arn;  ///< `arn:aws:iam::aws:policy/…`
  std::string_view id;   ///< `ANPA` and 17 characters.
  std::string_view description;
  std::string_view document;
};
/// The date that they show.
inline constexpr Timestamp kAwsPoliciesCreated{
    std::chrono::sys_days{std::chrono::year{2024} / 1 / 1}};

/// All that are here, by ARN.
[[nodiscard]] std::span<const AwsPolicy> AwsPolicies();

/// The document of a policy that AWS manages, by its ARN (`arn:aws:iam::aws:policy/…`): those that
/// have to do with secrets, with what they grant of the services that are here.
[[nodiscard]] std::optional<std::string_view> FindAwsPolicy(std::string_view arn);

}  // namespace coffer::identity
