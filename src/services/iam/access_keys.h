#pragma once

#include "services/iam/context.h"
#include "services/iam/shapes.h"

#include <array>

/// Access keys of users: CreateAccessKey, ListAccessKeys, GetAccessKeyLastUsed, UpdateAccessKey,
/// DeleteAccessKey (AWS: IAM API reference). Without a user name they are about the caller.
namespace coffer::services::iam {

inline constexpr std::size_t kMaxAccessKeys = 2;
inline constexpr std::array<std::string_view, 2> kKeyStatuses{"Active", "Inactive"};

struct CreateAccessKeyRequest {
  std::optional<std::string> user_name;

  static constexpr auto Members() {
    return std::tuple{
        base::Optional("UserName", &CreateAccessKeyRequest::user_name, {1, 128}, kNamePattern)};
  }
};
struct AccessKeyShape {
  std::string user_name;
  std::string access_key_id;
  std::string status;
  base::SecretText secret_access_key;  ///< Shown this once.
  Timestamp create_date;

  static constexpr auto Members() {
    return std::tuple{base::Required("UserName", &AccessKeyShape::user_name),
                      base::Required("AccessKeyId", &AccessKeyShape::access_key_id),
                      base::Required("Status", &AccessKeyShape::status),
                      base::Required("SecretAccessKey", &AccessKeyShape::secret_access_key),
                      base::Required("CreateDate", &AccessKeyShape::create_date)};
  }
};
struct CreateAccessKeyReply {
  AccessKeyShape access_key;

  static constexpr auto Members() {
    return std::tuple{base::Required("AccessKey", &CreateAccessKeyReply::access_key)};
  }
};
[[nodiscard]] Result<CreateAccessKeyReply> CreateAccessKey(Context& context,
                                                           const CreateAccessKeyRequest& request);

struct ListAccessKeysRequest {
  std::optional<std::string> user_name;
  std::optional<std::string> marker;
  std::optional<std::int64_t> max_items;

  static constexpr auto Members() {
    return std::tuple{
        base::Optional("UserName", &ListAccessKeysRequest::user_name, {1, 128}, kNamePattern),
        base::Optional("Marker", &ListAccessKeysRequest::marker, kMarkerLength),
        base::Optional("MaxItems", &ListAccessKeysRequest::max_items, kPageSize)};
  }
};
struct AccessKeyMetadata {
  std::string user_name;
  std::string access_key_id;
  std::string status;
  Timestamp create_date;

  static constexpr auto Members() {
    return std::tuple{base::Required("UserName", &AccessKeyMetadata::user_name),
                      base::Required("AccessKeyId", &AccessKeyMetadata::access_key_id),
                      base::Required("Status", &AccessKeyMetadata::status),
                      base::Required("CreateDate", &AccessKeyMetadata::create_date)};
  }
};
struct ListAccessKeysReply {
  std::vector<AccessKeyMetadata> metadata;
  bool is_truncated = false;  ///< Never: there are two at most.

  static constexpr auto Members() {
    return std::tuple{base::Required("AccessKeyMetadata", &ListAccessKeysReply::metadata),
                      base::Required("IsTruncated", &ListAccessKeysReply::is_truncated)};
  }
};
[[nodiscard]] Result<ListAccessKeysReply> ListAccessKeys(Context& context,
                                                         const ListAccessKeysRequest& request);

struct GetAccessKeyLastUsedRequest {
  std::string access_key_id;

  static constexpr auto Members() {
    return std::tuple{base::Required("AccessKeyId", &GetAccessKeyLastUsedRequest::access_key_id,
                                     kAccessKeyIdLength)};
  }
};
struct AccessKeyLastUsed {
  std::optional<Timestamp> last_used_date;  ///< Absent for a key that was never used.
  std::string service_name = "N/A";
  std::string region = "N/A";

  static constexpr auto Members() {
    return std::tuple{base::Optional("LastUsedDate", &AccessKeyLastUsed::last_used_date),
                      base::Required("ServiceName", &AccessKeyLastUsed::service_name),
                      base::Required("Region", &AccessKeyLastUsed::region)};
  }
};
struct GetAccessKeyLastUsedReply {
  std::string user_name;
  AccessKeyLastUsed last_used;

  static constexpr auto Members() {
    using Reply = GetAccessKeyLastUsedReply;
    return std::tuple{base::Required("UserName", &Reply::user_name),
                      base::Required("AccessKeyLastUsed", &Reply::last_used)};
  }
};
/// To the minute: see store::IdentityUses.
[[nodiscard]] Result<GetAccessKeyLastUsedReply> GetAccessKeyLastUsed(
    Context& context, const GetAccessKeyLastUsedRequest& request);

struct UpdateAccessKeyRequest {
  std::optional<std::string> user_name;
  std::string access_key_id;
  std::string status;

  static constexpr auto Members() {
    return std::tuple{
        base::Optional("UserName", &UpdateAccessKeyRequest::user_name, {1, 128}, kNamePattern),
        base::Required("AccessKeyId", &UpdateAccessKeyRequest::access_key_id, kAccessKeyIdLength),
        base::Required("Status", &UpdateAccessKeyRequest::status, {}, {.allowed = kKeyStatuses})};
  }
};
[[nodiscard]] Result<base::NoOutput> UpdateAccessKey(Context& context,
                                                     const UpdateAccessKeyRequest& request);

struct DeleteAccessKeyRequest {
  std::optional<std::string> user_name;
  std::string access_key_id;

  static constexpr auto Members() {
    return std::tuple{
        base::Optional("UserName", &DeleteAccessKeyRequest::user_name, {1, 128}, kNamePattern),
        base::Required("AccessKeyId", &DeleteAccessKeyRequest::access_key_id, kAccessKeyIdLength)};
  }
};
[[nodiscard]] Result<base::NoOutput> DeleteAccessKey(Context& context,
                                                     const DeleteAccessKeyRequest& request);

}  // namespace coffer::services::iam
