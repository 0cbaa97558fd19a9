#pragma once

#include "services/iam/context.h"
#include "services/iam/lookup.h"
#include "services/iam/paging.h"

/// Managed policies that a user, group or role, the `Holder`, has: AttachUserPolicy,
/// DetachGroupPolicy, ListAttachedRolePolicies and so on (AWS: IAM API reference).
namespace coffer::services::iam {

inline constexpr std::size_t kMaxAttachedPolicies = 10;

template <class Holder>
struct AttachmentRequest {
  std::string holder_name;
  std::string policy_arn;

  static constexpr auto Members() {
    return std::tuple{base::Required(Spelling<Holder>::kNameMember, &AttachmentRequest::holder_name,
                                     kLookupNameLength, kNamePattern),
                      base::Required("PolicyArn", &AttachmentRequest::policy_arn, kArnLength)};
  }
};
/// Attaching a policy once more changes nothing.
template <class Holder>
[[nodiscard]] Result<base::NoOutput> AttachPolicy(Context& context,
                                                  const AttachmentRequest<Holder>& request);
template <class Holder>
[[nodiscard]] Result<base::NoOutput> DetachPolicy(Context& context,
                                                  const AttachmentRequest<Holder>& request);

template <class Holder>
struct ListAttachedPoliciesRequest : Page {
  std::string holder_name;
  std::optional<std::string> path_prefix;

  static constexpr auto Members() {
    return std::tuple_cat(
        std::tuple{
            base::Required(Spelling<Holder>::kNameMember, &ListAttachedPoliciesRequest::holder_name,
                           kLookupNameLength, kNamePattern),
            base::Optional("PathPrefix", &ListAttachedPoliciesRequest::path_prefix, kPathLength)},
        PageMembers<ListAttachedPoliciesRequest>());
  }
};
struct AttachedPolicy {
  std::string policy_name;
  std::string policy_arn;

  static constexpr auto Members() {
    return std::tuple{base::Required("PolicyName", &AttachedPolicy::policy_name),
                      base::Required("PolicyArn", &AttachedPolicy::policy_arn)};
  }
};
inline constexpr std::string_view kAttachedPolicies = "AttachedPolicies";
using ListAttachedPoliciesReply = ListReply<kAttachedPolicies, AttachedPolicy>;
template <class Holder>
[[nodiscard]] Result<ListAttachedPoliciesReply> ListAttachedPolicies(
    Context& context, const ListAttachedPoliciesRequest<Holder>& request);

}  // namespace coffer::services::iam
