#pragma once

#include "services/iam/context.h"
#include "services/iam/lookup.h"
#include "services/iam/paging.h"

/// What users and roles can have in AWS and never have here: instance profiles, passwords, MFA
/// devices, certificates and credentials of other services (AWS: IAM API reference). Clients ask
/// for it before they delete an entity.
namespace coffer::services::iam {

struct ListInstanceProfilesForRoleRequest : Page {
  std::string role_name;

  static constexpr auto Members() {
    using Request = ListInstanceProfilesForRoleRequest;
    return std::tuple_cat(std::tuple{base::Required("RoleName", &Request::role_name,
                                                    kLookupNameLength, kNamePattern)},
                          PageMembers<Request>());
  }
};
inline constexpr std::string_view kInstanceProfiles = "InstanceProfiles";
[[nodiscard]] Result<ListReply<kInstanceProfiles, std::string>> ListInstanceProfilesForRole(
    Context& context, const ListInstanceProfilesForRoleRequest& request);

/// Of a user; without a name of the caller.
struct UserPartsRequest : Page {
  std::optional<std::string> user_name;

  static constexpr auto Members() {
    using Request = UserPartsRequest;
    return std::tuple_cat(std::tuple{base::Optional("UserName", &Request::user_name,
                                                    kLookupNameLength, kNamePattern)},
                          PageMembers<Request>());
  }
};
inline constexpr std::string_view kMfaDevices = "MFADevices";
[[nodiscard]] Result<ListReply<kMfaDevices, std::string>> ListMFADevices(
    Context& context, const UserPartsRequest& request);
inline constexpr std::string_view kSshPublicKeys = "SSHPublicKeys";
[[nodiscard]] Result<ListReply<kSshPublicKeys, std::string>> ListSSHPublicKeys(
    Context& context, const UserPartsRequest& request);
inline constexpr std::string_view kCertificates = "Certificates";
[[nodiscard]] Result<ListReply<kCertificates, std::string>> ListSigningCertificates(
    Context& context, const UserPartsRequest& request);
inline constexpr std::string_view kServiceCredentials = "ServiceSpecificCredentials";
[[nodiscard]] Result<ListReply<kServiceCredentials, std::string>> ListServiceSpecificCredentials(
    Context& context, const UserPartsRequest& request);

struct ListVirtualMFADevicesRequest : Page {
  static constexpr auto Members() { return PageMembers<ListVirtualMFADevicesRequest>(); }
};
inline constexpr std::string_view kVirtualMfaDevices = "VirtualMFADevices";
[[nodiscard]] Result<ListReply<kVirtualMfaDevices, std::string>> ListVirtualMFADevices(
    Context& context, const ListVirtualMFADevicesRequest& request);

struct LoginProfileRequest {
  std::optional<std::string> user_name;

  static constexpr auto Members() {
    return std::tuple{
        base::Optional("UserName", &LoginProfileRequest::user_name, kUserNameLength, kNamePattern)};
  }
};
/// Both NoSuchEntity: nobody has a password.
[[nodiscard]] Result<base::NoOutput> GetLoginProfile(Context& context,
                                                     const LoginProfileRequest& request);
[[nodiscard]] Result<base::NoOutput> DeleteLoginProfile(Context& context,
                                                        const LoginProfileRequest& request);

}  // namespace coffer::services::iam
