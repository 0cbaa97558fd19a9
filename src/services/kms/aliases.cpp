#include "services/kms/aliases.h"

#include "base/ascii.h"
#include "keyring/key_name.h"
#include "services/kms/key_identifier.h"
#include "services/kms/key_state.h"

#include <algorithm>

namespace coffer::services::kms {
namespace {

std::string AliasArnOf(const Context& context, std::string_view alias) {
  return keyring::AliasArn(context.region, context.account, alias);
}

// The key that an alias is to name: one of the caller's account, by id or ARN.
Result<AuthorizedKey> Target(Context& context, std::string_view operation,
                             const AliasRequest& request) {
  ASSIGN_OR_RETURN(const KeyIdentifier identifier,
                   ParseKeyIdentifier(context.account, context.region, request.target_key_id));
  if (identifier.is_alias) {
    return Fail(ErrorCode::kValidation, "Aliases must refer to keys. Not aliases");
  }
  ASSIGN_OR_RETURN(AuthorizedKey key,
                   context.authorizer.Authorize(operation, request.target_key_id));
  if (key.row().account != context.account) {
    return std::unexpected(KeyNotFound(context.region, identifier));
  }
  RETURN_IF_ERROR(RequireNotPendingDeletion(key));
  return key;
}

// Whoever changes an alias needs leave from it and from the key that it names.
Result<void> AuthorizeAlias(Context& context, std::string_view operation, std::string_view alias) {
  RETURN_IF_ERROR(CheckAliasName(alias));
  RETURN_IF_ERROR(context.authorizer.Require(operation, AliasArnOf(context, alias)));
  RETURN_IF_ERROR(context.authorizer.Authorize(operation, alias));
  return {};
}

}  // namespace

bool IsAliasText(std::string_view text) {
  constexpr std::string_view kAlso = ":/_-";
  return std::ranges::all_of(text, [&](char c) {
    return base::IsAlphanumeric(c) || kAlso.find(c) != std::string_view::npos;
  });
}

Result<base::NoOutput> CreateAlias(Context& context, const AliasRequest& request) {
  RETURN_IF_ERROR(CheckAliasName(request.alias_name));
  const std::string arn = AliasArnOf(context, request.alias_name);
  RETURN_IF_ERROR(context.authorizer.Require("CreateAlias", arn));
  ASSIGN_OR_RETURN(const AuthorizedKey key, Target(context, "CreateAlias", request));
  const store::KeyStore& store = context.service.keyring.key_store();
  if (store.FindKeyByAlias(context.transaction, context.account, context.region,
                           request.alias_name)) {
    return Fail(ErrorCode::kAlreadyExists, "An alias with the name " + arn + " already exists");
  }
  store.InsertAlias(context.transaction, key.row(), request.alias_name, context.now);
  return base::NoOutput{};
}

Result<base::NoOutput> UpdateAlias(Context& context, const AliasRequest& request) {
  RETURN_IF_ERROR(AuthorizeAlias(context, "UpdateAlias", request.alias_name));
  ASSIGN_OR_RETURN(const AuthorizedKey key, Target(context, "UpdateAlias", request));
  context.service.keyring.key_store().MoveAlias(context.transaction, key.row(), request.alias_name,
                                                context.now);
  return base::NoOutput{};
}

Result<base::NoOutput> DeleteAlias(Context& context, const DeleteAliasRequest& request) {
  RETURN_IF_ERROR(AuthorizeAlias(context, "DeleteAlias", request.alias_name));
  store::KeyStore::RemoveAlias(context.transaction, context.account, context.region,
                               request.alias_name);
  return base::NoOutput{};
}

Result<ListAliasesReply> ListAliases(Context& context, const ListAliasesRequest& request) {
  constexpr std::int64_t kUsualPage = 50;
  RETURN_IF_ERROR(context.authorizer.Require("ListAliases"));
  std::optional<secrets::KeyId> wanted;
  if (request.key_id) {
    RETURN_IF_ERROR(RefuseAlias(*request.key_id));
    ASSIGN_OR_RETURN(const AuthorizedKey key,
                     context.authorizer.Authorize("ListAliases", *request.key_id));
    wanted = key.row().id;
  }
  ASSIGN_OR_RETURN(const std::string after, ParseMarker(request.marker));
  const auto page_size = static_cast<std::size_t>(request.limit.value_or(kUsualPage));
  const store::KeyStore& store = context.service.keyring.key_store();

  ListAliasesReply reply;
  const auto add = [&](const store::AliasRow& alias, const store::KeyRow& key) {
    if (wanted && key.id != *wanted) return;
    reply.aliases.push_back({.alias_name = alias.alias,
                             .alias_arn = AliasArnOf(context, alias.alias),
                             .target_key_id = key.name,
                             .creation_date = alias.created,
                             .last_updated_date = alias.updated});
  };
  if (after < keyring::kDefaultKeyAlias) {
    const auto key = store.FindDefaultKey(context.transaction, context.account, context.region);
    if (key) {
      add({.alias = std::string(keyring::kDefaultKeyAlias),
           .key_id = key->id,
           .created = key->created,
           .updated = key->created},
          *key);
    }
  }
  const std::size_t enough = reply.aliases.size() + page_size + 1;
  store.ListAliases(context.transaction, context.account, context.region, after,
                    [&](const store::AliasRow& alias) {
                      const auto key = store.FindKey(context.transaction, alias.key_id);
                      if (key) add(alias, *key);
                      return reply.aliases.size() < enough;
                    });
  std::ranges::sort(reply.aliases, {}, &AliasListEntry::alias_name);
  if (reply.aliases.size() > page_size) {
    reply.aliases.resize(page_size);
    reply.is_truncated = true;
    reply.next_marker = FormatMarker(reply.aliases.back().alias_name);
  }
  return reply;
}

}  // namespace coffer::services::kms
