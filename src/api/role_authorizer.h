#pragma once

#include "api/call_facts.h"
#include "coffer/config.h"
#include "policy/evaluator.h"
#include "services/sts/context.h"

#include <string>
#include <string_view>

namespace coffer::api {

/// Decides who may assume a role: its trust policy must admit the caller, and unless that names him
/// in his own account, his policies must let him (AWS: IAM user guide, role trust policies).
class RoleAuthorizer final : public services::sts::Authorizer {
 public:
  RoleAuthorizer(const CallFacts& facts, PolicyEnforcement enforcement)
      : facts_(facts), enforcement_(enforcement) {}

  /// Root users assume no roles, but where policies are not enforced: everybody is root there.
  [[nodiscard]] Result<void> RequireRole(std::string_view operation, std::string_view role_arn,
                                         const store::Stored<identity::Role>* role) override;
  [[nodiscard]] Result<void> Require(std::string_view operation, std::string_view arn) override;

 private:
  const CallFacts& facts_;
  PolicyEnforcement enforcement_;
};

}  // namespace coffer::api
