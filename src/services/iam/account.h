#pragma once

#include "services/iam/context.h"
#include "services/iam/paging.h"

#include <map>

/// The account itself: GetAccountSummary, ListAccountAliases (AWS: IAM API reference).
namespace coffer::services::iam {

struct GetAccountSummaryRequest {
  static constexpr auto Members() { return std::tuple{}; }
};
struct GetAccountSummaryReply {
  std::map<std::string, std::int64_t> summary;

  static constexpr auto Members() {
    return std::tuple{base::Required("SummaryMap", &GetAccountSummaryReply::summary)};
  }
};
/// How many entities there are, and the quotas that are enforced.
[[nodiscard]] Result<GetAccountSummaryReply> GetAccountSummary(
    Context& context, const GetAccountSummaryRequest& request);

struct ListAccountAliasesRequest : Page {
  static constexpr auto Members() { return PageMembers<ListAccountAliasesRequest>(); }
};
inline constexpr std::string_view kAccountAliases = "AccountAliases";
using ListAccountAliasesReply = ListReply<kAccountAliases, std::string>;
/// Always none: there is no console whose address an alias could be part of.
[[nodiscard]] Result<ListAccountAliasesReply> ListAccountAliases(
    Context& context, const ListAccountAliasesRequest& request);

}  // namespace coffer::services::iam
