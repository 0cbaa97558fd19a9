#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

/// Policies grant to somebody, not to a name: when a policy is stored, the ARN of a user or role
/// gives way to his unique id, which no later user or role of that name has (AWS: IAM identifiers,
/// unique IDs; JSON policy element Principal).
namespace coffer::policy {

/// What is known of a principal that a policy names.
struct NamedPrincipal {
  std::optional<std::string> unique_id;  ///< Of the user or role that has this very ARN now.
  bool is_missing = false;               ///< It should be there and is not.
};

/// The users and roles behind the names; implemented by whoever has them.
class PrincipalDirectory {
 public:
  virtual ~PrincipalDirectory() = default;
  /// `principal` is an ARN, an account, a unique id or `*`, as IsAwsPrincipal accepts it.
  [[nodiscard]] virtual NamedPrincipal Find(std::string_view principal) const = 0;
  /// The ARN that the user or role has now; nullopt when there is none with this id.
  [[nodiscard]] virtual std::optional<std::string> ArnOf(std::string_view unique_id) const = 0;
};

/// `document`, which has been checked, with unique ids for ARNs and otherwise to the letter; or the
/// first principal in it that is missing.
[[nodiscard]] std::expected<std::string, std::string> PinPrincipals(
    std::string_view document, const PrincipalDirectory& directory);

/// The reverse: `document` as it is shown, with ARNs as they are now. The id of somebody who is no
/// more stays. Throws std::invalid_argument when a stored document is not JSON.
[[nodiscard]] std::string ShowPrincipals(std::string_view document,
                                         const PrincipalDirectory& directory);

}  // namespace coffer::policy
