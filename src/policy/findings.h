#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::policy {

enum class Severity : std::uint8_t {
  kError,    ///< The policy is refused, or can be.
  kWarning,  ///< AWS accepts it without a word; what it means is hardly what was meant.
};

/// Something to be said about a resource policy.
struct Finding {
  std::string_view check;  ///< One of the names below.
  Severity severity{};
  std::string message;  ///< What is wrong, where, and what to do.
};

/// Names of checks. AWS does not publish its own; the first two are those that its emulators use.
namespace checks {
inline constexpr std::string_view kPublicAccess = "BlockPublicPolicyCheck";
/// Never found here, because it takes the caller's own policies.
inline constexpr std::string_view kLockOut = "LockOutCheck";
inline constexpr std::string_view kSyntax = "SyntaxCheck";
inline constexpr std::string_view kPrincipal = "PrincipalCheck";
inline constexpr std::string_view kAction = "ActionCheck";
inline constexpr std::string_view kResource = "ResourceCheck";
inline constexpr std::string_view kConditionKey = "ConditionKeyCheck";
inline constexpr std::string_view kConditionOperator = "ConditionOperatorCheck";
}  // namespace checks

/// All that there is to say about a resource policy for the secret `secret_arn`, or for some secret
/// when it is absent: public access first, then statement by statement. A text with a syntax error
/// has that finding alone.
[[nodiscard]] std::vector<Finding> Examine(std::string_view policy,
                                           std::optional<std::string_view> secret_arn);

}  // namespace coffer::policy
