#pragma once

#include "base/shape.h"
#include "coffer/clock.h"
#include "identity/entities.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace coffer::identity {

/// Whose permissions a session has.
inline constexpr std::string_view kRoleSession = "role";            ///< AssumeRole.
inline constexpr std::string_view kUserSession = "user";            ///< GetSessionToken.
inline constexpr std::string_view kFederatedSession = "federated";  ///< GetFederationToken.
inline constexpr std::string_view kRotationSession = "rotation";  ///< Of one attempt of a rotation.

/// What a session token says. It names role or user by id alone: what that is, and what it may do,
/// is looked up whenever the session is used.
struct Session {
  std::string kind{};
  std::string account{};
  std::string holder_id{};  ///< Of the role or the user; the account for the root user.
  std::string name{};       ///< Of the session or of the federated user; empty for a user.
  Timestamp issued{};
  Timestamp expires{};
  std::vector<std::string> policies{};     ///< Documents given when it began.
  std::vector<std::string> policy_arns{};  ///< Managed policies given when it began.
  std::vector<Tag> tags{};
  std::vector<std::string> transitive_tag_keys{};  ///< Tags that a chained session inherits.
  std::optional<std::string> source_identity{};
  std::optional<std::int64_t> rotation_job{};  ///< Which rotation, by the store's number.
  std::optional<std::int64_t> fence{};         ///< And which attempt.

  [[nodiscard]] bool is_limited() const { return !policies.empty() || !policy_arns.empty(); }

  static constexpr auto Members() {
    return std::tuple{base::Required("k", &Session::kind),
                      base::Required("a", &Session::account),
                      base::Required("h", &Session::holder_id),
                      base::Required("n", &Session::name),
                      base::Required("i", &Session::issued),
                      base::Required("e", &Session::expires),
                      base::Required("p", &Session::policies),
                      base::Required("m", &Session::policy_arns),
                      base::Required("t", &Session::tags),
                      base::Required("r", &Session::transitive_tag_keys),
                      base::Optional("s", &Session::source_identity),
                      base::Optional("j", &Session::rotation_job),
                      base::Optional("f", &Session::fence)};
  }
  bool operator==(const Session&) const = default;
};

/// `arn:aws:sts::<account>:federated-user/<name>`.
[[nodiscard]] inline std::string FederatedUserArn(std::string_view account, std::string_view name) {
  return std::string("arn:aws:sts::").append(account).append(":federated-user/").append(name);
}

}  // namespace coffer::identity
