#pragma once

#include "coffer/config.h"
#include "coffer/database.h"
#include "policy/pinning.h"
#include "services/iam/context.h"

#include <optional>
#include <string>
#include <string_view>

namespace coffer::api {

/// The users and roles that policies name, inside one transaction. Who belongs to an account of
/// this vault must exist where policies are enforced; accounts that are not here are taken at their
/// word. An account is here when it calls, or has a root access key, or has an identity.
class NamedPrincipals final : public policy::PrincipalDirectory {
 public:
  /// `account` is the caller's. All must outlive this.
  NamedPrincipals(const services::iam::Service& iam, Transaction& transaction,
                  std::string_view account, PolicyEnforcement enforcement)
      : iam_(iam), transaction_(transaction), account_(account), enforcement_(enforcement) {}

  [[nodiscard]] policy::NamedPrincipal Find(std::string_view principal) const override;
  [[nodiscard]] std::optional<std::string> ArnOf(std::string_view unique_id) const override;

 private:
  [[nodiscard]] policy::NamedPrincipal LookUp(std::string_view principal) const;
  /// Whether the role of a session is there.
  [[nodiscard]] bool IsSessionOfRole(std::string_view session_arn, std::string_view account) const;
  [[nodiscard]] bool IsHere(std::string_view account) const;

  const services::iam::Service& iam_;
  Transaction& transaction_;
  std::string_view account_;
  PolicyEnforcement enforcement_;
};

}  // namespace coffer::api
