#include "services/secretsmanager/untag_resource.h"

#include "secrets/messages.h"
#include "secrets/tags.h"

namespace coffer::services::secretsmanager {

Result<base::NoOutput> UntagResource(Context& context, const AuthorizedSecret& secret,
                                     const UntagResourceRequest& request) {
  if (secret->deleted) return std::unexpected(secrets::MarkedForDeletion());
  secrets::Secret changed = *secret;
  changed.tags = secrets::WithoutTags(secret->tags, request.tag_keys);
  changed.last_changed = context.now;
  context.service.secrets.Update(context.transaction, changed);
  return base::NoOutput{};
}

}  // namespace coffer::services::secretsmanager
