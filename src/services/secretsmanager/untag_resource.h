#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

struct UntagResourceRequest {
  std::string secret_id;
  std::vector<std::string> tag_keys;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("SecretId", &UntagResourceRequest::secret_id, kSecretIdLength),
        base::Required("TagKeys", &UntagResourceRequest::tag_keys, {}, {.item_range = {1, 128}})};
  }
};

/// AWS: UntagResource.
[[nodiscard]] Result<base::NoOutput> UntagResource(Context& context, const AuthorizedSecret& secret,
                                                   const UntagResourceRequest& request);

}  // namespace coffer::services::secretsmanager
