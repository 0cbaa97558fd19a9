#pragma once

#include "services/iam/context.h"
#include "services/iam/lookup.h"
#include "services/iam/paging.h"

/// Policies that belong to one user, group or role, the `Holder`: PutUserPolicy, GetGroupPolicy,
/// ListRolePolicies, DeleteUserPolicy and so on (AWS: IAM API reference).
namespace coffer::services::iam {

template <class Holder>
struct PutPolicyRequest {
  std::string holder_name;
  std::string policy_name;
  std::string policy_document;

  static constexpr auto Members() {
    return std::tuple{
        base::Required(Spelling<Holder>::kNameMember, &PutPolicyRequest::holder_name,
                       kLookupNameLength, kNamePattern),
        base::Required("PolicyName", &PutPolicyRequest::policy_name, kPolicyNameLength,
                       kNamePattern),
        base::Required("PolicyDocument", &PutPolicyRequest::policy_document, kDocumentLength)};
  }
};
template <class Holder>
[[nodiscard]] Result<base::NoOutput> PutPolicy(Context& context,
                                               const PutPolicyRequest<Holder>& request);

template <class Holder>
struct InlinePolicyRequest {
  std::string holder_name;
  std::string policy_name;

  static constexpr auto Members() {
    return std::tuple{
        base::Required(Spelling<Holder>::kNameMember, &InlinePolicyRequest::holder_name,
                       kLookupNameLength, kNamePattern),
        base::Required("PolicyName", &InlinePolicyRequest::policy_name, kPolicyNameLength,
                       kNamePattern)};
  }
};
template <class Holder>
struct InlinePolicyReply {
  std::string holder_name;
  std::string policy_name;
  base::EncodedDocument policy_document;

  static constexpr auto Members() {
    return std::tuple{
        base::Required(Spelling<Holder>::kNameMember, &InlinePolicyReply::holder_name),
        base::Required("PolicyName", &InlinePolicyReply::policy_name),
        base::Required("PolicyDocument", &InlinePolicyReply::policy_document)};
  }
};
template <class Holder>
[[nodiscard]] Result<InlinePolicyReply<Holder>> GetInlinePolicy(
    Context& context, const InlinePolicyRequest<Holder>& request);
template <class Holder>
[[nodiscard]] Result<base::NoOutput> DeleteInlinePolicy(Context& context,
                                                        const InlinePolicyRequest<Holder>& request);

template <class Holder>
struct ListInlinePoliciesRequest : Page {
  std::string holder_name;

  static constexpr auto Members() {
    return std::tuple_cat(std::tuple{base::Required(Spelling<Holder>::kNameMember,
                                                    &ListInlinePoliciesRequest::holder_name,
                                                    kLookupNameLength, kNamePattern)},
                          PageMembers<ListInlinePoliciesRequest>());
  }
};
inline constexpr std::string_view kPolicyNames = "PolicyNames";
using ListInlinePoliciesReply = ListReply<kPolicyNames, std::string>;
template <class Holder>
[[nodiscard]] Result<ListInlinePoliciesReply> ListInlinePolicies(
    Context& context, const ListInlinePoliciesRequest<Holder>& request);

}  // namespace coffer::services::iam
