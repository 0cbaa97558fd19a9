#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

struct ListSecretVersionIdsRequest {
  std::string secret_id;
  std::optional<std::int64_t> max_results;
  std::optional<std::string> next_token;
  std::optional<bool> include_deprecated;

  static constexpr auto Members() {
    using R = ListSecretVersionIdsRequest;
    return std::tuple{base::Required("SecretId", &R::secret_id, kSecretIdLength),
                      base::Optional("MaxResults", &R::max_results, kPageSize),
                      base::Optional("NextToken", &R::next_token, kNextTokenLength),
                      base::Optional("IncludeDeprecated", &R::include_deprecated)};
  }
};

struct SecretVersionEntry {
  std::string version_id;
  std::optional<VersionStages> version_stages;
  std::optional<Timestamp> last_accessed_date;
  Timestamp created_date;
  std::optional<std::vector<std::string>> kms_key_ids;  ///< Absent while there is no value.

  static constexpr auto Members() {
    using R = SecretVersionEntry;
    return std::tuple{base::Required("VersionId", &R::version_id),
                      base::Optional("VersionStages", &R::version_stages),
                      base::Optional("LastAccessedDate", &R::last_accessed_date),
                      base::Required("CreatedDate", &R::created_date),
                      base::Optional("KmsKeyIds", &R::kms_key_ids)};
  }
};

struct ListSecretVersionIdsResponse {
  std::vector<SecretVersionEntry> versions;
  std::optional<std::string> next_token;
  std::string arn;
  std::string name;

  static constexpr auto Members() {
    using R = ListSecretVersionIdsResponse;
    return std::tuple{base::Required("Versions", &R::versions),
                      base::Optional("NextToken", &R::next_token), base::Required("ARN", &R::arn),
                      base::Required("Name", &R::name)};
  }
};

/// AWS: ListSecretVersionIds. Oldest version first; allowed on a secret that is scheduled for
/// deletion.
[[nodiscard]] Result<ListSecretVersionIdsResponse> ListSecretVersionIds(
    Context& context, const AuthorizedSecret& secret, const ListSecretVersionIdsRequest& request);

}  // namespace coffer::services::secretsmanager
