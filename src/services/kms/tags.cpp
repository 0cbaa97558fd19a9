#include "services/kms/tags.h"

#include "services/kms/key_identifier.h"
#include "services/kms/key_state.h"

#include <algorithm>

namespace coffer::services::kms {
namespace {

Result<AuthorizedKey> AuthorizeTags(Context& context, std::string_view operation,
                                    const std::string& key_id) {
  RETURN_IF_ERROR(RefuseAlias(key_id));
  return context.authorizer.Authorize(operation, key_id);
}

}  // namespace

Result<base::NoOutput> TagResource(Context& context, const TagResourceRequest& request) {
  ASSIGN_OR_RETURN(const AuthorizedKey key, AuthorizeTags(context, "TagResource", request.key_id));
  RETURN_IF_ERROR(RequireNotPendingDeletion(key));
  store::KeySettings settings = key.settings();
  ASSIGN_OR_RETURN(settings.tags, WithTags(std::move(settings.tags), request.tags));
  context.service.keyring.key_settings().Put(context.transaction, key.row().id, settings);
  return base::NoOutput{};
}

Result<base::NoOutput> UntagResource(Context& context, const UntagResourceRequest& request) {
  ASSIGN_OR_RETURN(const AuthorizedKey key,
                   AuthorizeTags(context, "UntagResource", request.key_id));
  RETURN_IF_ERROR(RequireNotPendingDeletion(key));
  store::KeySettings settings = key.settings();
  std::erase_if(settings.tags, [&](const secrets::Tag& tag) {
    return std::ranges::find(request.tag_keys, tag.key) != request.tag_keys.end();
  });
  context.service.keyring.key_settings().Put(context.transaction, key.row().id, settings);
  return base::NoOutput{};
}

Result<ListResourceTagsReply> ListResourceTags(Context& context,
                                               const ListResourceTagsRequest& request) {
  constexpr std::int64_t kUsualPage = 50;
  ASSIGN_OR_RETURN(const AuthorizedKey key,
                   AuthorizeTags(context, "ListResourceTags", request.key_id));
  ASSIGN_OR_RETURN(const std::string after, ParseMarker(request.marker));
  const auto page_size = static_cast<std::size_t>(request.limit.value_or(kUsualPage));
  ListResourceTagsReply reply;
  for (const auto& [tag_key, value] : key.settings().tags) {
    if (tag_key > after) reply.tags.push_back({.key = tag_key, .value = value});
  }
  std::ranges::sort(reply.tags, {}, &Tag::key);
  if (reply.tags.size() > page_size) {
    reply.tags.resize(page_size);
    reply.is_truncated = true;
    reply.next_marker = FormatMarker(reply.tags.back().key);
  }
  return reply;
}

}  // namespace coffer::services::kms
