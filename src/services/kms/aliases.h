#pragma once

#include "services/kms/context.h"
#include "services/kms/shapes.h"

/// Names of keys: CreateAlias, UpdateAlias, DeleteAlias, ListAliases (AWS: KMS API reference).
namespace coffer::services::kms {

/// `^[a-zA-Z0-9:/_-]+$`
[[nodiscard]] bool IsAliasText(std::string_view text);
inline constexpr base::Constraint kAliasPattern{
    .pattern = {.pattern = R"(^[a-zA-Z0-9:/_-]+$)", .matches = &IsAliasText}};

struct AliasRequest {
  std::string alias_name;
  std::string target_key_id;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("AliasName", &AliasRequest::alias_name, kAliasLength, kAliasPattern),
        base::Required("TargetKeyId", &AliasRequest::target_key_id, kKeyIdLength)};
  }
};
/// AlreadyExists; see CheckAliasName for names that are refused.
[[nodiscard]] Result<base::NoOutput> CreateAlias(Context& context, const AliasRequest& request);
[[nodiscard]] Result<base::NoOutput> UpdateAlias(Context& context, const AliasRequest& request);

struct DeleteAliasRequest {
  std::string alias_name;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("AliasName", &DeleteAliasRequest::alias_name, kAliasLength, kAliasPattern)};
  }
};
[[nodiscard]] Result<base::NoOutput> DeleteAlias(Context& context,
                                                 const DeleteAliasRequest& request);

struct ListAliasesRequest {
  std::optional<std::string> key_id;
  std::optional<std::int64_t> limit;
  std::optional<std::string> marker;

  static constexpr auto Members() {
    return std::tuple{base::Optional("KeyId", &ListAliasesRequest::key_id, kKeyIdLength),
                      base::Optional("Limit", &ListAliasesRequest::limit, kPageSize),
                      base::Optional("Marker", &ListAliasesRequest::marker, kMarkerLength)};
  }
};
struct AliasListEntry {
  std::string alias_name;
  std::string alias_arn;
  std::string target_key_id;
  std::optional<Timestamp> creation_date;
  std::optional<Timestamp> last_updated_date;

  static constexpr auto Members() {
    using R = AliasListEntry;
    return std::tuple{base::Required("AliasName", &R::alias_name),
                      base::Required("AliasArn", &R::alias_arn),
                      base::Required("TargetKeyId", &R::target_key_id),
                      base::Optional("CreationDate", &R::creation_date),
                      base::Optional("LastUpdatedDate", &R::last_updated_date)};
  }
};
struct ListAliasesReply {
  std::vector<AliasListEntry> aliases;
  std::optional<std::string> next_marker;
  bool is_truncated = false;

  static constexpr auto Members() {
    return std::tuple{base::Required("Aliases", &ListAliasesReply::aliases),
                      base::Optional("NextMarker", &ListAliasesReply::next_marker),
                      base::Required("Truncated", &ListAliasesReply::is_truncated)};
  }
};
/// By name, 50 on a page unless the request says otherwise; the default key's alias among them as
/// soon as there is that key.
[[nodiscard]] Result<ListAliasesReply> ListAliases(Context& context,
                                                   const ListAliasesRequest& request);

}  // namespace coffer::services::kms
