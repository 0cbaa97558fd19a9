#pragma once

#include "api/call_facts.h"
#include "policy/request_context.h"
#include "secrets/secret.h"

#include <string>
#include <string_view>

namespace coffer::api {

/// The condition keys of a call of Secrets Manager: the global ones and those of the service
/// (AWS: Actions, resources, and condition keys for AWS Secrets Manager).
class SecretContext final : public policy::RequestContext {
 public:
  /// `secret` is null when the call is not about one or it does not exist; `resource` is its ARN or
  /// what stands for it, or `*`. All must outlive this.
  SecretContext(const CallFacts& facts, const secrets::Secret* secret, std::string_view resource,
                std::string_view resource_account)
      : facts_(facts), secret_(secret), resource_(resource), resource_account_(resource_account) {}

  [[nodiscard]] policy::ContextValue Find(const policy::ContextKey& key) const override;

 private:
  friend struct SecretContextKeys;

  const CallFacts& facts_;
  const secrets::Secret* secret_;
  std::string_view resource_;
  std::string_view resource_account_;
};

}  // namespace coffer::api
