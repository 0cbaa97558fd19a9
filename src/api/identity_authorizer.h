#pragma once

#include "api/call_facts.h"
#include "coffer/config.h"
#include "services/iam/context.h"

#include <string_view>

namespace coffer::api {

/// Decides about users, keys and policies: the caller's own policies alone have a say, since the
/// entities of IAM carry none, and nobody reaches into another account.
class IdentityAuthorizer final : public services::iam::Authorizer {
 public:
  IdentityAuthorizer(const CallFacts& facts, PolicyEnforcement enforcement)
      : facts_(facts), enforcement_(enforcement) {}

  [[nodiscard]] Result<void> RequireFor(std::string_view operation,
                                        const services::iam::Target& target) override;

 private:
  const CallFacts& facts_;
  PolicyEnforcement enforcement_;
};

}  // namespace coffer::api
