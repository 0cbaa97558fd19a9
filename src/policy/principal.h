#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::policy {

enum class PrincipalKind : std::uint8_t {
  kRoot,              ///< The root user of an account.
  kUser,              ///< An IAM user.
  kSession,           ///< A role that was assumed.
  kFederatedSession,  ///< A session of GetFederationToken.
  kService,           ///< A service of the vault itself, such as rotation.
};

/// Who makes a request.
struct Principal {
  PrincipalKind kind{};
  std::string arn;        ///< Of a session its own, not its role's. Of a service its name.
  std::string account;    ///< Twelve digits; empty for a service.
  std::string unique_id;  ///< `AIDA…` of a user; `AROA…:session`; `account:name`; the account.
  /// The role of a session, the user of a federated session; empty for others.
  std::string parent_arn;
  std::string parent_id;
};

/// How a policy names a principal, from the weakest to the strongest. What a grant is worth
/// depends on it (Principal element and evaluation logic, AWS IAM user guide).
enum class PrincipalMatch : std::uint8_t {
  kNone,
  kAccount,  ///< The account or its root: within the account that only delegates.
  kParent,   ///< The role of the session, the user of the federated session.
  kSelf,     ///< The principal itself, the very session.
  kAny,      ///< `*`.
};

/// One entry of a Principal or NotPrincipal element.
class PrincipalEntry {
 public:
  enum class Type : std::uint8_t {
    kAnyone,     ///< `*`.
    kAccount,    ///< Twelve digits, or the ARN of a root user.
    kPrincipal,  ///< An ARN or a unique id.
    kService,
    kOther,  ///< Federated, CanonicalUser: nobody who calls here.
  };

  /// An entry under `AWS`, in a form that IsAwsPrincipal accepts, or `*`.
  [[nodiscard]] static PrincipalEntry Aws(std::string_view text);
  [[nodiscard]] static PrincipalEntry Service(std::string_view name);
  [[nodiscard]] static PrincipalEntry Other();

  [[nodiscard]] PrincipalMatch Match(const Principal& principal) const;
  [[nodiscard]] Type type() const { return type_; }
  /// The account, the ARN or id, or the service's name.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  PrincipalEntry(Type type, std::string_view text) : type_(type), text_(text) {}

  Type type_;
  std::string text_;
};

/// The strongest match of any entry.
[[nodiscard]] PrincipalMatch Match(const std::vector<PrincipalEntry>& entries,
                                   const Principal& principal);

/// Whether a NotPrincipal element spares `principal`: every level that stands for it must be
/// listed, the account and the principal itself and, of a session, its role too.
[[nodiscard]] bool IsSpared(const std::vector<PrincipalEntry>& entries, const Principal& principal);

}  // namespace coffer::policy
