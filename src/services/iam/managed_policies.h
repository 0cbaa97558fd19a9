#pragma once

#include "services/iam/context.h"
#include "services/iam/paging.h"
#include "services/iam/shapes.h"

#include <array>

/// Managed policies: CreatePolicy, GetPolicy, ListPolicies, DeletePolicy (AWS: IAM API reference).
namespace coffer::services::iam {

struct PolicyShape {
  std::string policy_name;
  std::string policy_id;
  std::string arn;
  std::string path;
  std::string default_version_id;
  std::int64_t attachment_count = 0;
  std::int64_t boundary_usage_count = 0;
  bool is_attachable = true;
  std::optional<std::string> description;  ///< Lists do not show it, nor tags.
  Timestamp create_date;
  Timestamp update_date;
  Tags tags;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("PolicyName", &PolicyShape::policy_name),
        base::Required("PolicyId", &PolicyShape::policy_id),
        base::Required("Arn", &PolicyShape::arn),
        base::Required("Path", &PolicyShape::path),
        base::Required("DefaultVersionId", &PolicyShape::default_version_id),
        base::Required("AttachmentCount", &PolicyShape::attachment_count),
        base::Required("PermissionsBoundaryUsageCount", &PolicyShape::boundary_usage_count),
        base::Required("IsAttachable", &PolicyShape::is_attachable),
        base::Optional("Description", &PolicyShape::description),
        base::Required("CreateDate", &PolicyShape::create_date),
        base::Required("UpdateDate", &PolicyShape::update_date),
        base::Optional("Tags", &PolicyShape::tags)};
  }
};
struct PolicyReply {
  PolicyShape policy;

  static constexpr auto Members() {
    return std::tuple{base::Required("Policy", &PolicyReply::policy)};
  }
};

struct CreatePolicyRequest {
  std::string policy_name;
  std::optional<std::string> path;
  std::string policy_document;
  std::optional<std::string> description;
  Tags tags;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("PolicyName", &CreatePolicyRequest::policy_name, kPolicyNameLength,
                       kNamePattern),
        base::Optional("Path", &CreatePolicyRequest::path, kPathLength),
        base::Required("PolicyDocument", &CreatePolicyRequest::policy_document, kDocumentLength),
        base::Optional("Description", &CreatePolicyRequest::description, {0, 1000}),
        base::Optional("Tags", &CreatePolicyRequest::tags)};
  }
};
[[nodiscard]] Result<PolicyReply> CreatePolicy(Context& context,
                                               const CreatePolicyRequest& request);

struct PolicyRequest {
  std::string policy_arn;

  static constexpr auto Members() {
    return std::tuple{base::Required("PolicyArn", &PolicyRequest::policy_arn, kArnLength)};
  }
};
[[nodiscard]] Result<PolicyReply> GetPolicy(Context& context, const PolicyRequest& request);
/// Refused while anything has it, be it as its boundary, and while it has further versions.
[[nodiscard]] Result<base::NoOutput> DeletePolicy(Context& context, const PolicyRequest& request);

inline constexpr std::array<std::string_view, 3> kPolicyScopes{"All", "AWS", "Local"};
inline constexpr std::array<std::string_view, 2> kPolicyUsages{"PermissionsPolicy",
                                                               "PermissionsBoundary"};

struct ListPoliciesRequest : Page {
  std::optional<std::string> scope;
  std::optional<bool> only_attached;
  std::optional<std::string> path_prefix;
  std::optional<std::string> usage_filter;

  static constexpr auto Members() {
    return std::tuple_cat(
        std::tuple{
            base::Optional("Scope", &ListPoliciesRequest::scope, {}, {.allowed = kPolicyScopes}),
            base::Optional("OnlyAttached", &ListPoliciesRequest::only_attached),
            base::Optional("PathPrefix", &ListPoliciesRequest::path_prefix, kPathLength),
            base::Optional("PolicyUsageFilter", &ListPoliciesRequest::usage_filter, {},
                           {.allowed = kPolicyUsages})},
        PageMembers<ListPoliciesRequest>());
  }
};
inline constexpr std::string_view kPolicies = "Policies";
using ListPoliciesReply = ListReply<kPolicies, PolicyShape>;
[[nodiscard]] Result<ListPoliciesReply> ListPolicies(Context& context,
                                                     const ListPoliciesRequest& request);

}  // namespace coffer::services::iam
