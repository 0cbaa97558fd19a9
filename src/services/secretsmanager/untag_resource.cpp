#include "services/secretsmanager/untag_resource.h"

#include "secrets/messages.h"
#include "secrets/tags.h"

#include <memory>

namespace coffer::services::secretsmanager {

Result<base::NoOutput> UntagResource(Context& context, const AuthorizedSecret& secret,
                                     const UntagResourceRequest& request) {
  if (secret->deleted) return std::unexpected(secrets::MarkedForDeletion());
  secrets::Secret changed = *secret;
  changed.tags = secrets::WithoutTags(secret->tags, request.tag_keys);
  changed.last_changed = context.now;
  // AWS: nobody takes his own access away by a change of tags.
  RETURN_IF_ERROR(context.authorizer.AuthorizeFound(
      "UntagResource", std::make_shared<const secrets::Secret>(changed)));
  context.service.secrets.Update(context.transaction, changed);
  return base::NoOutput{};
}

}  // namespace coffer::services::secretsmanager
