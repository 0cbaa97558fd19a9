#include "services/iam/absent_parts.h"

namespace coffer::services::iam {
namespace {

// Permission and existence are looked at as for a list that could hold something.
template <class Reply>
Result<Reply> NoneOf(Context& context, std::string_view operation,
                     const UserPartsRequest& request) {
  RETURN_IF_ERROR(AuthorizedUser(context, operation, request.user_name));
  return Reply{};
}

Result<base::NoOutput> NoProfileOf(Context& context, std::string_view operation,
                                   const LoginProfileRequest& request) {
  ASSIGN_OR_RETURN(const auto user, AuthorizedUser(context, operation, request.user_name));
  return Fail(ErrorCode::kNoSuchEntity,
              "Login Profile for User " + user.entity.name + " cannot be found.");
}

}  // namespace

Result<ListReply<kInstanceProfiles, std::string>> ListInstanceProfilesForRole(
    Context& context, const ListInstanceProfilesForRoleRequest& request) {
  RETURN_IF_ERROR(
      Authorized<identity::Role>(context, "ListInstanceProfilesForRole", request.role_name));
  return ListReply<kInstanceProfiles, std::string>{};
}

Result<ListReply<kMfaDevices, std::string>> ListMFADevices(Context& context,
                                                           const UserPartsRequest& request) {
  return NoneOf<ListReply<kMfaDevices, std::string>>(context, "ListMFADevices", request);
}

Result<ListReply<kSshPublicKeys, std::string>> ListSSHPublicKeys(Context& context,
                                                                 const UserPartsRequest& request) {
  return NoneOf<ListReply<kSshPublicKeys, std::string>>(context, "ListSSHPublicKeys", request);
}

Result<ListReply<kCertificates, std::string>> ListSigningCertificates(
    Context& context, const UserPartsRequest& request) {
  return NoneOf<ListReply<kCertificates, std::string>>(context, "ListSigningCertificates", request);
}

Result<ListReply<kServiceCredentials, std::string>> ListServiceSpecificCredentials(
    Context& context, const UserPartsRequest& request) {
  return NoneOf<ListReply<kServiceCredentials, std::string>>(
      context, "ListServiceSpecificCredentials", request);
}

Result<ListReply<kVirtualMfaDevices, std::string>> ListVirtualMFADevices(
    Context& context, const ListVirtualMFADevicesRequest& /*request*/) {
  RETURN_IF_ERROR(context.authorizer.Require("ListVirtualMFADevices", "*"));
  return ListReply<kVirtualMfaDevices, std::string>{};
}

Result<base::NoOutput> GetLoginProfile(Context& context, const LoginProfileRequest& request) {
  return NoProfileOf(context, "GetLoginProfile", request);
}

Result<base::NoOutput> DeleteLoginProfile(Context& context, const LoginProfileRequest& request) {
  return NoProfileOf(context, "DeleteLoginProfile", request);
}

}  // namespace coffer::services::iam
