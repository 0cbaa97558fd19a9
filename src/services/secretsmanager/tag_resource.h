#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

struct TagResourceRequest {
  std::string secret_id;
  std::vector<Tag> tags;

  static constexpr auto Members() {
    return std::tuple{base::Required("SecretId", &TagResourceRequest::secret_id, kSecretIdLength),
                      base::Required("Tags", &TagResourceRequest::tags)};
  }
};

/// AWS: TagResource.
[[nodiscard]] Result<base::NoOutput> TagResource(Context& context, const AuthorizedSecret& secret,
                                                 const TagResourceRequest& request);

}  // namespace coffer::services::secretsmanager
