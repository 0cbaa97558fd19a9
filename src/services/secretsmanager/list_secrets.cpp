#include "services/secretsmanager/list_secrets.h"

#include "base/log.h"
#include "secrets/secret_identifier.h"

#include <utility>

namespace coffer::services::secretsmanager {
namespace {

store::SortBy SortKey(const std::optional<std::string>& name) {
  if (name == "name") return store::SortBy::kName;
  if (name == "last-changed-date") return store::SortBy::kLastChangedDate;
  if (name == "last-accessed-date") return store::SortBy::kLastAccessedDate;
  return store::SortBy::kCreatedDate;
}

// A rotation that was touched makes its own secret unlistable, and no other.
void AddEntry(const Context& context, const secrets::Secret& secret,
              ListSecretsResponse& response) {
  try {
    response.secret_list.push_back(SecretListEntry{Describe(context, secret)});
  } catch (const store::IntegrityError& error) {
    base::log::Error("secret.not_listed",
                     {{"secret", secrets::ArnOf(secret)}, {"reason", error.what()}});
  }
}

}  // namespace

Result<void> CheckFilters(const std::optional<std::vector<Filter>>& filters) {
  if (!filters) return {};
  for (const Filter& filter : *filters) {
    const std::string key = filter.key.value_or("");
    if (key.empty()) return Fail(ErrorCode::kInvalidParameter, "Invalid filter key");
    if (!filter.values) {
      return Fail(ErrorCode::kInvalidParameter, "Invalid filter values for key: " + key);
    }
  }
  return {};
}

std::vector<secrets::Filter> CompileFilters(const std::optional<std::vector<Filter>>& filters) {
  std::vector<secrets::Filter> compiled;
  if (!filters) return compiled;
  for (const Filter& filter : *filters) {
    // The constraint engine let only known keys through, and CheckFilters only whole filters.
    const auto key = secrets::ParseFilterKey(filter.key.value_or(""));
    if (key && filter.values) compiled.push_back(secrets::CompileFilter(*key, *filter.values));
  }
  return compiled;
}

void AddFilters(QueryFingerprint& fingerprint, const std::optional<std::vector<Filter>>& filters) {
  if (!filters) return;
  for (const Filter& filter : *filters) {
    const std::vector<std::string> values = filter.values.value_or(std::vector<std::string>{});
    fingerprint.Add(filter.key.value_or("")).Add(static_cast<std::int64_t>(values.size()));
    for (const std::string& value : values) fingerprint.Add(value);
  }
}

Result<std::optional<std::string>> ListPage(
    Context& context, store::ListQuery query, const std::vector<secrets::Filter>& filters,
    QueryFingerprint fingerprint, std::size_t page_size,
    const std::optional<std::string>& next_token,
    const std::function<void(const secrets::Secret&)>& take) {
  fingerprint.Add(query.account).Add(query.region);
  if (next_token) {
    ASSIGN_OR_RETURN(query.after, ParsePageToken(fingerprint, *next_token));
  }
  query.name_prefix = secrets::RequiredNamePrefix(filters);

  std::size_t taken = 0;
  std::size_t scanned = 0;
  std::optional<store::ListPosition> last_seen;
  bool more = false;
  context.service.secrets.List(context.transaction, query, [&](const secrets::Secret& secret) {
    const bool matches = secrets::Matches(secret, filters);
    // A full page has a successor only if one more match is known to follow.
    if (scanned == kScannedForPage || (matches && taken == page_size)) {
      more = true;
      return false;
    }
    ++scanned;
    last_seen = store::PositionOf(secret, query.sort_by);
    if (matches) {
      take(secret);
      ++taken;
    }
    return true;
  });
  if (!more) return std::nullopt;
  return FormatPageToken(fingerprint, *last_seen);
}

Result<void> ListSecretsRequest::Check() const { return CheckFilters(filters); }

Result<ListSecretsResponse> ListSecrets(Context& context, const ListSecretsRequest& request) {
  store::ListQuery query{.account = std::string(context.account),
                         .region = std::string(context.region),
                         .include_deleted = request.include_planned_deletion.value_or(false),
                         .sort_by = SortKey(request.sort_by),
                         .ascending = request.sort_order != "desc",
                         .name_prefix = std::nullopt,
                         .after = std::nullopt};
  QueryFingerprint fingerprint;
  fingerprint.Add("ListSecrets").Add(std::int64_t{query.include_deleted});
  fingerprint.Add(static_cast<std::int64_t>(query.sort_by)).Add(std::int64_t{query.ascending});
  AddFilters(fingerprint, request.filters);

  ListSecretsResponse response;
  const auto page_size = static_cast<std::size_t>(request.max_results.value_or(kPageSize.max));
  ASSIGN_OR_RETURN(response.next_token,
                   ListPage(context, std::move(query), CompileFilters(request.filters), fingerprint,
                            page_size, request.next_token, [&](const secrets::Secret& secret) {
                              AddEntry(context, secret, response);
                            }));
  return response;
}

}  // namespace coffer::services::secretsmanager
