#pragma once

#include "secrets/filter.h"
#include "services/secretsmanager/context.h"
#include "services/secretsmanager/describe_secret.h"
#include "services/secretsmanager/page_token.h"
#include "services/secretsmanager/shapes.h"

#include <functional>

namespace coffer::services::secretsmanager {

inline constexpr std::array<std::string_view, 2> kSortOrders{"asc", "desc"};
inline constexpr std::array<std::string_view, 4> kSortKeys{"created-date", "last-accessed-date",
                                                           "last-changed-date", "name"};

struct ListSecretsRequest {
  std::optional<bool> include_planned_deletion;
  std::optional<std::int64_t> max_results;
  std::optional<std::string> next_token;
  std::optional<std::vector<Filter>> filters;
  std::optional<std::string> sort_order;
  std::optional<std::string> sort_by;

  static constexpr auto Members() {
    using R = ListSecretsRequest;
    return std::tuple{base::Optional("IncludePlannedDeletion", &R::include_planned_deletion),
                      base::Optional("MaxResults", &R::max_results, kPageSize),
                      base::Optional("NextToken", &R::next_token, kNextTokenLength),
                      base::Optional("Filters", &R::filters, {0, 10}),
                      base::Optional("SortOrder", &R::sort_order, {}, {.allowed = kSortOrders}),
                      base::Optional("SortBy", &R::sort_by, {}, {.allowed = kSortKeys})};
  }

  [[nodiscard]] Result<void> Check() const;
};

struct SecretListEntry : SecretDescription {
  static constexpr auto Members() { return MembersOf<SecretListEntry>("SecretVersionsToStages"); }
};

struct ListSecretsResponse {
  std::vector<SecretListEntry> secret_list;
  std::optional<std::string> next_token;

  static constexpr auto Members() {
    return std::tuple{base::Required("SecretList", &ListSecretsResponse::secret_list),
                      base::Optional("NextToken", &ListSecretsResponse::next_token)};
  }
};

/// AWS: ListSecrets.
[[nodiscard]] Result<ListSecretsResponse> ListSecrets(Context& context,
                                                      const ListSecretsRequest& request);

/// InvalidParameter for a filter without key or values, as AWS words it.
[[nodiscard]] Result<void> CheckFilters(const std::optional<std::vector<Filter>>& filters);
[[nodiscard]] std::vector<secrets::Filter> CompileFilters(
    const std::optional<std::vector<Filter>>& filters);

/// One page of a filtered listing. `take` gets each matching secret; at most `page_size` of them.
/// At most kScannedForPage secrets are looked at, so a page may be short, or empty, and still have
/// a successor, as AWS's may. Answers the NextToken, or nullopt after the last page.
inline constexpr std::size_t kScannedForPage = 2000;
[[nodiscard]] Result<std::optional<std::string>> ListPage(
    Context& context, store::ListQuery query, const std::vector<secrets::Filter>& filters,
    QueryFingerprint fingerprint, std::size_t page_size,
    const std::optional<std::string>& next_token,
    const std::function<void(const secrets::Secret&)>& take);

/// Adds the filters of a request to the fingerprint of its question.
void AddFilters(QueryFingerprint& fingerprint, const std::optional<std::vector<Filter>>& filters);

}  // namespace coffer::services::secretsmanager
