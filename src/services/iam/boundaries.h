#pragma once

#include "services/iam/context.h"
#include "services/iam/lookup.h"

/// Permissions boundaries of users and roles, the `Holder`: PutUserPermissionsBoundary,
/// DeleteRolePermissionsBoundary and so on (AWS: IAM API reference).
namespace coffer::services::iam {

template <class Holder>
struct PutBoundaryRequest {
  std::string holder_name;
  std::string boundary;  ///< ARN of a managed policy.

  static constexpr auto Members() {
    return std::tuple{
        base::Required(Spelling<Holder>::kNameMember, &PutBoundaryRequest::holder_name,
                       kLookupNameLength, kNamePattern),
        base::Required("PermissionsBoundary", &PutBoundaryRequest::boundary, kArnLength)};
  }
};
template <class Holder>
[[nodiscard]] Result<base::NoOutput> PutBoundary(Context& context,
                                                 const PutBoundaryRequest<Holder>& request);

template <class Holder>
struct DeleteBoundaryRequest {
  std::string holder_name;

  static constexpr auto Members() {
    return std::tuple{base::Required(Spelling<Holder>::kNameMember,
                                     &DeleteBoundaryRequest::holder_name, kLookupNameLength,
                                     kNamePattern)};
  }
};
/// Nothing changes when there is none.
template <class Holder>
[[nodiscard]] Result<base::NoOutput> DeleteBoundary(Context& context,
                                                    const DeleteBoundaryRequest<Holder>& request);

/// InvalidInput or NoSuchEntity unless the policy can be a boundary.
[[nodiscard]] Result<void> CheckBoundary(Context& context, const std::string& arn);

}  // namespace coffer::services::iam
