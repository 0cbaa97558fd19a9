#pragma once

#include "api/call_facts.h"
#include "policy/request_context.h"
#include "secrets/secret.h"

#include <string>
#include <string_view>

namespace coffer::api {

/// Knows which function rotates a secret.
class RotationFunctionFinder {
 public:
  virtual ~RotationFunctionFinder() = default;
  /// Its ARN; empty when there is none.
  [[nodiscard]] virtual std::string FunctionOf(const secrets::Secret& secret) const = 0;
};

/// What a call is about, as conditions see it.
struct SecretTarget {
  std::string_view account;                 ///< Whose it is.
  const secrets::Secret* secret = nullptr;  ///< Null when there is none.
  /// Its ARN, or what was sent when there is no such secret; empty when the call names none.
  std::string_view secret_id{};
  std::string_view kms_key_arn{};  ///< Of the key that the request names; empty when it names none.
  bool is_new = false;             ///< A secret is being made.
  /// Looks up which function rotates the secret; null where nobody can. Asked only when a policy
  /// wants to know.
  const RotationFunctionFinder* rotation_function = nullptr;
};

/// The condition keys of a call of Secrets Manager: the global ones and those of the service
/// (AWS: Actions, resources, and condition keys for AWS Secrets Manager).
class SecretContext final : public policy::RequestContext {
 public:
  /// All must outlive this.
  SecretContext(const CallFacts& facts, const SecretTarget& target)
      : facts_(facts), target_(target) {}

  [[nodiscard]] policy::ContextValue Find(const policy::ContextKey& key) const override;

 private:
  friend struct SecretContextKeys;

  const CallFacts& facts_;
  SecretTarget target_;
};

}  // namespace coffer::api
