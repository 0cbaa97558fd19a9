#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Names, paths, ARNs and ids of IAM (AWS: IAM identifiers).
namespace coffer::identity {

/// `[\w+=,.@-]+`; how long it may be depends on the entity.
[[nodiscard]] bool IsName(std::string_view text);
/// `/`, or `/…/` of `!` to `~`; 512 characters at most.
[[nodiscard]] bool IsPath(std::string_view text);

/// Names are unique whatever their letter case: two with the same key are the same name.
[[nodiscard]] std::string NameKey(std::string_view name);

/// `arn:aws:iam::<account>:<kind><path><name>`; `kind` is `user`, `group`, `role` or `policy`.
[[nodiscard]] std::string ArnOf(std::string_view account, std::string_view kind,
                                std::string_view path, std::string_view name);
/// `arn:aws:sts::<account>:assumed-role/<role>/<session>`: a session's ARN has no path.
[[nodiscard]] std::string SessionArn(std::string_view account, std::string_view role_name,
                                     std::string_view session_name);

/// An ARN of IAM, taken apart.
struct EntityArn {
  std::string account;  ///< Twelve digits, or `aws` for policies that AWS manages.
  std::string kind;
  std::string path;
  std::string name;
};
/// Nullopt when it is not the ARN of a user, group, role or policy.
[[nodiscard]] std::optional<EntityArn> ParseEntityArn(std::string_view arn);

/// The ARN of a role's session, taken apart.
struct ParsedSessionArn {
  std::string account;
  std::string role_name;
  std::string session_name;
};
[[nodiscard]] std::optional<ParsedSessionArn> ParseSessionArn(std::string_view arn);

/// How many random bytes an id takes.
inline constexpr std::size_t kIdRandomBytes = 17;
/// `prefix` (`AIDA`, `AROA`, `AGPA`, `ANPA`) and 17 characters of `[A-Z2-7]`, one for each byte.
[[nodiscard]] std::string UniqueId(std::string_view prefix,
                                   std::span<const std::byte, kIdRandomBytes> random_bytes);

}  // namespace coffer::identity
