#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/get_secret_value.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

struct BatchGetSecretValueRequest {
  std::optional<std::vector<std::string>> secret_id_list;
  std::optional<std::vector<Filter>> filters;
  std::optional<std::int64_t> max_results;
  std::optional<std::string> next_token;

  static constexpr auto Members() {
    using R = BatchGetSecretValueRequest;
    return std::tuple{base::Optional("SecretIdList", &R::secret_id_list, {1, 20},
                                     {.item_range = kSecretIdLength}),
                      base::Optional("Filters", &R::filters, {0, 10}),
                      base::Optional("MaxResults", &R::max_results, {1, 20}),
                      base::Optional("NextToken", &R::next_token, kNextTokenLength)};
  }

  [[nodiscard]] Result<void> Check() const;
  [[nodiscard]] std::vector<std::string_view> FurtherOperations() const;
};

/// Why one secret of the batch could not be read. `error` becomes ErrorCode and Message on the
/// wire.
struct BatchError {
  std::string secret_id;
  std::string error_code;
  std::string message;

  static constexpr auto Members() {
    return std::tuple{base::Required("SecretId", &BatchError::secret_id),
                      base::Required("ErrorCode", &BatchError::error_code),
                      base::Required("Message", &BatchError::message)};
  }
};

struct BatchGetSecretValueResponse {
  std::vector<GetSecretValueResponse> secret_values;
  std::optional<std::string> next_token;
  std::vector<BatchError> errors;

  static constexpr auto Members() {
    using R = BatchGetSecretValueResponse;
    return std::tuple{base::Required("SecretValues", &R::secret_values),
                      base::Optional("NextToken", &R::next_token),
                      base::Required("Errors", &R::errors)};
  }
};

/// AWS: BatchGetSecretValue. Always AWSCURRENT; a secret that cannot be read is an entry of Errors.
[[nodiscard]] Result<BatchGetSecretValueResponse> BatchGetSecretValue(
    Context& context, const BatchGetSecretValueRequest& request);

}  // namespace coffer::services::secretsmanager
