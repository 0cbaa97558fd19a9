#include "services/secretsmanager/list_secret_version_ids.h"

#include "secrets/secret_identifier.h"
#include "services/secretsmanager/page_token.h"

namespace coffer::services::secretsmanager {
namespace {

SecretVersionEntry EntryOf(const Context& context, const secrets::Secret& secret,
                           const secrets::Version& version) {
  SecretVersionEntry entry{.version_id = version.id,
                           .version_stages = secret.labels.Of(version.id),
                           .last_accessed_date = std::nullopt,
                           .created_date = version.created,
                           .kms_key_ids = std::nullopt};
  if (version.has_value) {
    entry.kms_key_ids = {context.service.keyring.DisplayName(context.transaction, version.key_id)};
  }
  if (entry.version_stages->empty()) entry.version_stages.reset();
  if (version.last_accessed) entry.last_accessed_date = StartOfDay(*version.last_accessed);
  return entry;
}

// Versions are listed in the order of their creation; a page ends at one of them.
store::ListPosition PositionOf(const secrets::Version& version) {
  return {.number = version.ordinal, .name = {}, .id = 0};
}

bool IsBehind(const secrets::Version& version, const store::ListPosition& position) {
  return version.ordinal > position.number;
}

}  // namespace

Result<ListSecretVersionIdsResponse> ListSecretVersionIds(
    Context& context, const AuthorizedSecret& secret, const ListSecretVersionIdsRequest& request) {
  const bool include_deprecated = request.include_deprecated.value_or(false);
  const auto page_size = static_cast<std::size_t>(request.max_results.value_or(kPageSize.max));
  QueryFingerprint question;
  question.Add("ListSecretVersionIds").Add(secret->id).Add(std::int64_t{include_deprecated});
  std::optional<store::ListPosition> after;
  if (request.next_token) {
    ASSIGN_OR_RETURN(after, ParsePageToken(question, *request.next_token));
  }

  ListSecretVersionIdsResponse response{.versions = {},
                                        .next_token = {},
                                        .arn = secrets::ArnOf(*secret),
                                        .name = secret->address.name};
  const secrets::Version* last = nullptr;
  const auto versions = context.service.secrets.Versions(context.transaction, *secret);
  for (const secrets::Version& version : versions) {
    if (after && !IsBehind(version, *after)) continue;
    if (!include_deprecated && !secret->labels.IsLabelled(version.id)) continue;
    if (response.versions.size() == page_size) {
      response.next_token = FormatPageToken(question, PositionOf(*last));
      break;
    }
    response.versions.push_back(EntryOf(context, *secret, version));
    last = &version;
  }
  return response;
}

}  // namespace coffer::services::secretsmanager
