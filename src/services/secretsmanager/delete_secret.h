#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

struct DeleteSecretRequest {
  std::string secret_id;
  std::optional<std::int64_t> recovery_window_in_days;
  std::optional<bool> force_delete_without_recovery;

  static constexpr auto Members() {
    using R = DeleteSecretRequest;
    return std::tuple{
        base::Required("SecretId", &R::secret_id, kSecretIdLength),
        base::Optional("RecoveryWindowInDays", &R::recovery_window_in_days),
        base::Optional("ForceDeleteWithoutRecovery", &R::force_delete_without_recovery)};
  }

  [[nodiscard]] Result<void> Check() const;
};

struct DeleteSecretResponse {
  std::string arn;
  std::string name;
  Timestamp deletion_date;

  static constexpr auto Members() {
    using R = DeleteSecretResponse;
    return std::tuple{base::Required("ARN", &R::arn), base::Required("Name", &R::name),
                      base::Required("DeletionDate", &R::deletion_date)};
  }
};

/// AWS: DeleteSecret. Deletion by force succeeds on a secret that does not exist.
[[nodiscard]] Result<DeleteSecretResponse> DeleteSecret(
    Context& context, const std::optional<AuthorizedSecret>& secret,
    const DeleteSecretRequest& request);

}  // namespace coffer::services::secretsmanager
