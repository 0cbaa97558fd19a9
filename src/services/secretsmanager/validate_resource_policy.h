#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

struct ValidateResourcePolicyRequest {
  std::optional<std::string> secret_id;
  std::string resource_policy;

  static constexpr auto Members() {
    using R = ValidateResourcePolicyRequest;
    return std::tuple{base::Optional("SecretId", &R::secret_id, kSecretIdLength),
                      base::Required("ResourcePolicy", &R::resource_policy, kPolicyLength)};
  }
};

struct ValidationError {
  std::string check_name;
  std::string error_message;

  static constexpr auto Members() {
    using R = ValidationError;
    return std::tuple{base::Required("CheckName", &R::check_name),
                      base::Required("ErrorMessage", &R::error_message)};
  }
};

struct ValidateResourcePolicyResponse {
  bool policy_validation_passed = false;
  std::vector<ValidationError> validation_errors;

  static constexpr auto Members() {
    using R = ValidateResourcePolicyResponse;
    return std::tuple{base::Required("PolicyValidationPassed", &R::policy_validation_passed),
                      base::Required("ValidationErrors", &R::validation_errors)};
  }
};

/// AWS: ValidateResourcePolicy. Says whether a policy would be public on the secret, or, without
/// one, on some secret. What PutResourcePolicy refuses as malformed is refused here too. Nothing is
/// stored.
[[nodiscard]] Result<ValidateResourcePolicyResponse> ValidateResourcePolicy(
    Context& context, const std::optional<AuthorizedSecret>& secret,
    const ValidateResourcePolicyRequest& request);

}  // namespace coffer::services::secretsmanager
