#include "services/secretsmanager/tag_resource.h"

#include "secrets/messages.h"
#include "secrets/tags.h"

#include <memory>

namespace coffer::services::secretsmanager {

Result<base::NoOutput> TagResource(Context& context, const AuthorizedSecret& secret,
                                   const TagResourceRequest& request) {
  if (secret->deleted) return std::unexpected(secrets::MarkedForDeletion());
  secrets::Secret changed = *secret;
  ASSIGN_OR_RETURN(changed.tags, secrets::WithTags(secret->tags, ToRules(request.tags)));
  changed.last_changed = context.now;
  // AWS: nobody takes his own access away by a change of tags.
  RETURN_IF_ERROR(context.authorizer.AuthorizeFound(
      "TagResource", std::make_shared<const secrets::Secret>(changed)));
  context.service.secrets.Update(context.transaction, changed);
  return base::NoOutput{};
}

}  // namespace coffer::services::secretsmanager
