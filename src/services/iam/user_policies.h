#pragma once

#include "services/iam/context.h"
#include "services/iam/shapes.h"

/// Inline policies of users: PutUserPolicy, GetUserPolicy, ListUserPolicies, DeleteUserPolicy (AWS:
/// IAM API reference).
namespace coffer::services::iam {

struct PutUserPolicyRequest {
  std::string user_name;
  std::string policy_name;
  std::string policy_document;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("UserName", &PutUserPolicyRequest::user_name, {1, 128}, kNamePattern),
        base::Required("PolicyName", &PutUserPolicyRequest::policy_name, kPolicyNameLength,
                       kNamePattern),
        base::Required("PolicyDocument", &PutUserPolicyRequest::policy_document, kDocumentLength)};
  }
};
[[nodiscard]] Result<base::NoOutput> PutUserPolicy(Context& context,
                                                   const PutUserPolicyRequest& request);

struct UserPolicyRequest {
  std::string user_name;
  std::string policy_name;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("UserName", &UserPolicyRequest::user_name, {1, 128}, kNamePattern),
        base::Required("PolicyName", &UserPolicyRequest::policy_name, kPolicyNameLength,
                       kNamePattern)};
  }
};
struct GetUserPolicyReply {
  std::string user_name;
  std::string policy_name;
  base::EncodedDocument policy_document;

  static constexpr auto Members() {
    return std::tuple{base::Required("UserName", &GetUserPolicyReply::user_name),
                      base::Required("PolicyName", &GetUserPolicyReply::policy_name),
                      base::Required("PolicyDocument", &GetUserPolicyReply::policy_document)};
  }
};
[[nodiscard]] Result<GetUserPolicyReply> GetUserPolicy(Context& context,
                                                       const UserPolicyRequest& request);
[[nodiscard]] Result<base::NoOutput> DeleteUserPolicy(Context& context,
                                                      const UserPolicyRequest& request);

struct ListUserPoliciesRequest {
  std::string user_name;
  std::optional<std::string> marker;
  std::optional<std::int64_t> max_items;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("UserName", &ListUserPoliciesRequest::user_name, {1, 128}, kNamePattern),
        base::Optional("Marker", &ListUserPoliciesRequest::marker, kMarkerLength),
        base::Optional("MaxItems", &ListUserPoliciesRequest::max_items, kPageSize)};
  }
};
struct ListUserPoliciesReply {
  std::vector<std::string> policy_names;
  bool is_truncated = false;
  std::optional<std::string> marker;

  static constexpr auto Members() {
    return std::tuple{base::Required("PolicyNames", &ListUserPoliciesReply::policy_names),
                      base::Required("IsTruncated", &ListUserPoliciesReply::is_truncated),
                      base::Optional("Marker", &ListUserPoliciesReply::marker)};
  }
};
[[nodiscard]] Result<ListUserPoliciesReply> ListUserPolicies(
    Context& context, const ListUserPoliciesRequest& request);

}  // namespace coffer::services::iam
