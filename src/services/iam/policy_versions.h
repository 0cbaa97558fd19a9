#pragma once

#include "services/iam/context.h"
#include "services/iam/managed_policies.h"
#include "services/iam/paging.h"

/// Versions of managed policies: CreatePolicyVersion, GetPolicyVersion, ListPolicyVersions,
/// SetDefaultPolicyVersion, DeletePolicyVersion (AWS: IAM API reference). The default version is
/// the one that decides.
namespace coffer::services::iam {

inline constexpr std::size_t kMaxPolicyVersions = 5;

/// `v1` and so on.
[[nodiscard]] std::string VersionIdOf(std::int64_t number);
/// `v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`
[[nodiscard]] bool IsVersionId(std::string_view text);

inline constexpr base::Constraint kVersionIdPattern{
    .pattern = {.pattern = R"(v[1-9][0-9]*(\.[A-Za-z0-9-]*)?)", .matches = &IsVersionId}};

struct PolicyVersionShape {
  std::optional<base::EncodedDocument> document;  ///< In GetPolicyVersion alone.
  std::string version_id;
  bool is_default = false;
  Timestamp create_date;

  static constexpr auto Members() {
    return std::tuple{base::Optional("Document", &PolicyVersionShape::document),
                      base::Required("VersionId", &PolicyVersionShape::version_id),
                      base::Required("IsDefaultVersion", &PolicyVersionShape::is_default),
                      base::Required("CreateDate", &PolicyVersionShape::create_date)};
  }
};
struct PolicyVersionReply {
  PolicyVersionShape version;

  static constexpr auto Members() {
    return std::tuple{base::Required("PolicyVersion", &PolicyVersionReply::version)};
  }
};

struct CreatePolicyVersionRequest {
  std::string policy_arn;
  std::string policy_document;
  std::optional<bool> set_as_default;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("PolicyArn", &CreatePolicyVersionRequest::policy_arn, kArnLength),
        base::Required("PolicyDocument", &CreatePolicyVersionRequest::policy_document,
                       kDocumentLength),
        base::Optional("SetAsDefault", &CreatePolicyVersionRequest::set_as_default)};
  }
};
[[nodiscard]] Result<PolicyVersionReply> CreatePolicyVersion(
    Context& context, const CreatePolicyVersionRequest& request);

struct PolicyVersionRequest {
  std::string policy_arn;
  std::string version_id;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("PolicyArn", &PolicyVersionRequest::policy_arn, kArnLength),
        base::Required("VersionId", &PolicyVersionRequest::version_id, {}, kVersionIdPattern)};
  }
};
[[nodiscard]] Result<PolicyVersionReply> GetPolicyVersion(Context& context,
                                                          const PolicyVersionRequest& request);
[[nodiscard]] Result<base::NoOutput> SetDefaultPolicyVersion(Context& context,
                                                             const PolicyVersionRequest& request);
[[nodiscard]] Result<base::NoOutput> DeletePolicyVersion(Context& context,
                                                         const PolicyVersionRequest& request);

struct ListPolicyVersionsRequest : Page {
  std::string policy_arn;

  static constexpr auto Members() {
    return std::tuple_cat(
        std::tuple{base::Required("PolicyArn", &ListPolicyVersionsRequest::policy_arn, kArnLength)},
        PageMembers<ListPolicyVersionsRequest>());
  }
};
inline constexpr std::string_view kVersions = "Versions";
using ListPolicyVersionsReply = ListReply<kVersions, PolicyVersionShape>;
/// Newest first.
[[nodiscard]] Result<ListPolicyVersionsReply> ListPolicyVersions(
    Context& context, const ListPolicyVersionsRequest& request);

}  // namespace coffer::services::iam
