#include "services/kms/keys.h"

#include "services/kms/key_identifier.h"
#include "services/kms/key_state.h"

namespace coffer::services::kms {
namespace {

Result<base::NoOutput> Switch(Context& context, std::string_view operation,
                              const KeyIdRequest& request, bool is_enabled) {
  RETURN_IF_ERROR(RefuseAlias(request.key_id));
  ASSIGN_OR_RETURN(const AuthorizedKey key,
                   context.authorizer.Authorize(operation, request.key_id));
  RETURN_IF_ERROR(RequireNotPendingDeletion(key));
  store::KeySettings settings = key.settings();
  settings.is_enabled = is_enabled;
  keyring::Keyring& keyring = context.service.keyring;
  keyring.key_settings().Put(context.transaction, key.row().id, settings);
  if (!is_enabled) keyring.Forget(context.transaction, key.row().id);
  return base::NoOutput{};
}

}  // namespace

Result<KeyMetadataReply> DescribeKey(Context& context, const KeyIdRequest& request) {
  ASSIGN_OR_RETURN(const AuthorizedKey key,
                   context.authorizer.Authorize("DescribeKey", request.key_id));
  return KeyMetadataReply{MetadataOf(key.row(), key.settings(), key.life())};
}

Result<ListKeysReply> ListKeys(Context& context, const ListKeysRequest& request) {
  constexpr std::int64_t kUsualPage = 100;
  RETURN_IF_ERROR(context.authorizer.Require("ListKeys"));
  ASSIGN_OR_RETURN(const std::string after, ParseMarker(request.marker));
  const auto page_size = static_cast<std::size_t>(request.limit.value_or(kUsualPage));
  ListKeysReply reply;
  context.service.keyring.key_store().ListKeys(
      context.transaction, context.account, context.region, after, [&](const store::KeyRow& key) {
        if (reply.keys.size() == page_size) {
          reply.is_truncated = true;
          return false;
        }
        reply.keys.push_back({.key_id = key.name, .key_arn = ArnOf(key)});
        return true;
      });
  if (reply.is_truncated) reply.next_marker = FormatMarker(reply.keys.back().key_id);
  return reply;
}

Result<base::NoOutput> EnableKey(Context& context, const KeyIdRequest& request) {
  return Switch(context, "EnableKey", request, true);
}

Result<base::NoOutput> DisableKey(Context& context, const KeyIdRequest& request) {
  return Switch(context, "DisableKey", request, false);
}

Result<base::NoOutput> UpdateKeyDescription(Context& context,
                                            const UpdateKeyDescriptionRequest& request) {
  RETURN_IF_ERROR(RefuseAlias(request.key_id));
  ASSIGN_OR_RETURN(const AuthorizedKey key,
                   context.authorizer.Authorize("UpdateKeyDescription", request.key_id));
  RETURN_IF_ERROR(RequireNotPendingDeletion(key));
  store::KeySettings settings = key.settings();
  settings.description = request.description;
  context.service.keyring.key_settings().Put(context.transaction, key.row().id, settings);
  return base::NoOutput{};
}

}  // namespace coffer::services::kms
