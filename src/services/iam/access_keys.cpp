#include "services/iam/access_keys.h"

#include "keyring/access_key.h"
#include "keyring/wrapped_keys.h"
#include "services/iam/lookup.h"

#include <algorithm>
#include <utility>

namespace coffer::services::iam {
namespace {

using identity::AccessKey;
using identity::User;
using store::Stored;

std::string_view StatusOf(const AccessKey& key) {
  return key.is_active ? kKeyStatuses[0] : kKeyStatuses[1];
}

ApiError KeyNotFound(std::string_view access_key_id) {
  return {ErrorCode::kNoSuchEntity,
          "The Access Key with id " + std::string(access_key_id) + " cannot be found"};
}

// A key of that user; another user's is not found.
Result<Stored<AccessKey>> KeyOf(const Context& context, const Stored<User>& user,
                                std::string_view access_key_id) {
  auto key = context.service.identities.FindById<AccessKey>(context.transaction, access_key_id);
  if (!key || key->owner != user.entity.id) return std::unexpected(KeyNotFound(access_key_id));
  return *std::move(key);
}

}  // namespace

Result<CreateAccessKeyReply> CreateAccessKey(Context& context,
                                             const CreateAccessKeyRequest& request) {
  ASSIGN_OR_RETURN(const Stored<User> user,
                   AuthorizedUser(context, "CreateAccessKey", request.user_name));
  store::IdentityStore& identities = context.service.identities;
  if (identities.OwnedBy<AccessKey>(context.transaction, user.entity.id).size() >= kMaxAccessKeys) {
    return Fail(ErrorCode::kLimitExceeded, "Cannot exceed quota for AccessKeysPerUser: 2");
  }
  keyring::NewAccessKey drawn = keyring::DrawAccessKey(context.service.random);
  Stored<AccessKey> key{
      .account = user.account,
      .owner = user.entity.id,
      .entity = {.id = drawn.access_key_id,
                 .name = drawn.access_key_id,
                 .created = context.now,
                 .sealed_secret = keyring::EncodeSealed(context.service.keyring.SealAccessKey(
                     drawn.access_key_id, user.account, drawn.secret))}};
  identities.Insert(context.transaction, key);
  return CreateAccessKeyReply{
      AccessKeyShape{.user_name = user.entity.name,
                     .access_key_id = key.entity.id,
                     .status = std::string(StatusOf(key.entity)),
                     .secret_access_key = base::SecretText{std::move(drawn.secret)},
                     .create_date = key.entity.created}};
}

Result<ListAccessKeysReply> ListAccessKeys(Context& context, const ListAccessKeysRequest& request) {
  ASSIGN_OR_RETURN(const Stored<User> user,
                   AuthorizedUser(context, "ListAccessKeys", request.user_name));
  ListAccessKeysReply reply;
  for (const auto& [account, owner, generation, key] :
       context.service.identities.OwnedBy<AccessKey>(context.transaction, user.entity.id)) {
    reply.metadata.push_back({.user_name = user.entity.name,
                              .access_key_id = key.id,
                              .status = std::string(StatusOf(key)),
                              .create_date = key.created});
  }
  std::ranges::sort(reply.metadata, {}, &AccessKeyMetadata::create_date);
  return reply;
}

Result<GetAccessKeyLastUsedReply> GetAccessKeyLastUsed(Context& context,
                                                       const GetAccessKeyLastUsedRequest& request) {
  const store::IdentityStore& identities = context.service.identities;
  const auto key = identities.FindById<AccessKey>(context.transaction, request.access_key_id);
  const bool is_own = key && key->account == context.account;
  const auto user =
      is_own ? identities.FindById<User>(context.transaction, key->owner) : std::nullopt;
  if (!user) {
    // Whose key it would be nobody knows.
    RETURN_IF_ERROR(context.authorizer.Require("GetAccessKeyLastUsed", "*"));
    return std::unexpected(KeyNotFound(request.access_key_id));
  }
  const std::string arn = ArnOf(*user);
  RETURN_IF_ERROR(context.authorizer.RequireFor("GetAccessKeyLastUsed", TargetOf(*user, arn)));
  GetAccessKeyLastUsedReply reply{.user_name = user->entity.name, .last_used = {}};
  if (auto use = identities.uses().Find(context.transaction, request.access_key_id)) {
    reply.last_used = {.last_used_date = use->at,
                       .service_name = std::move(use->service),
                       .region = std::move(use->region)};
  }
  return reply;
}

Result<base::NoOutput> UpdateAccessKey(Context& context, const UpdateAccessKeyRequest& request) {
  ASSIGN_OR_RETURN(const Stored<User> user,
                   AuthorizedUser(context, "UpdateAccessKey", request.user_name));
  ASSIGN_OR_RETURN(Stored<AccessKey> key, KeyOf(context, user, request.access_key_id));
  key.entity.is_active = request.status == kKeyStatuses[0];
  context.service.identities.Update(context.transaction, key);
  return base::NoOutput{};
}

Result<base::NoOutput> DeleteAccessKey(Context& context, const DeleteAccessKeyRequest& request) {
  ASSIGN_OR_RETURN(const Stored<User> user,
                   AuthorizedUser(context, "DeleteAccessKey", request.user_name));
  ASSIGN_OR_RETURN(const Stored<AccessKey> key, KeyOf(context, user, request.access_key_id));
  context.service.identities.Remove(context.transaction, key.entity.id);
  return base::NoOutput{};
}

}  // namespace coffer::services::iam
