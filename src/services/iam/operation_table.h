#pragma once

#include "services/iam/absent_parts.h"
#include "services/iam/access_keys.h"
#include "services/iam/account.h"
#include "services/iam/attachments.h"
#include "services/iam/boundaries.h"
#include "services/iam/context_keys.h"
#include "services/iam/entity_tags.h"
#include "services/iam/group_members.h"
#include "services/iam/groups.h"
#include "services/iam/inline_policies.h"
#include "services/iam/managed_policies.h"
#include "services/iam/policy_entities.h"
#include "services/iam/policy_versions.h"
#include "services/iam/roles.h"
#include "services/iam/simulation.h"
#include "services/iam/users.h"

#include <cstdint>
#include <string_view>
#include <tuple>

namespace coffer::services::iam {

enum class Access : std::uint8_t { kRead, kWrite };

/// One row of the table: the wire name and the handler, whose signature says what it decodes and
/// encodes.
template <auto Handler>
struct Operation {
  static constexpr auto kHandler = Handler;
  std::string_view name;
  Access access;
};

/// The operations of IAM that are here, sorted by name. The action is always `iam:` and the name.
inline constexpr std::tuple kOperations{
    // clang-format off
    Operation<&AddUserToGroup>                          {"AddUserToGroup",                   Access::kWrite},
    Operation<&AttachPolicy<identity::Group>>           {"AttachGroupPolicy",                Access::kWrite},
    Operation<&AttachPolicy<identity::Role>>            {"AttachRolePolicy",                 Access::kWrite},
    Operation<&AttachPolicy<identity::User>>            {"AttachUserPolicy",                 Access::kWrite},
    Operation<&CreateAccessKey>                         {"CreateAccessKey",                  Access::kWrite},
    Operation<&CreateGroup>                             {"CreateGroup",                      Access::kWrite},
    Operation<&CreatePolicy>                            {"CreatePolicy",                     Access::kWrite},
    Operation<&CreatePolicyVersion>                     {"CreatePolicyVersion",              Access::kWrite},
    Operation<&CreateRole>                              {"CreateRole",                       Access::kWrite},
    Operation<&CreateUser>                              {"CreateUser",                       Access::kWrite},
    Operation<&DeleteAccessKey>                         {"DeleteAccessKey",                  Access::kWrite},
    Operation<&DeleteGroup>                             {"DeleteGroup",                      Access::kWrite},
    Operation<&DeleteInlinePolicy<identity::Group>>     {"DeleteGroupPolicy",                Access::kWrite},
    Operation<&DeleteLoginProfile>                      {"DeleteLoginProfile",               Access::kRead},
    Operation<&DeletePolicy>                            {"DeletePolicy",                     Access::kWrite},
    Operation<&DeletePolicyVersion>                     {"DeletePolicyVersion",              Access::kWrite},
    Operation<&DeleteRole>                              {"DeleteRole",                       Access::kWrite},
    Operation<&DeleteBoundary<identity::Role>>          {"DeleteRolePermissionsBoundary",    Access::kWrite},
    Operation<&DeleteInlinePolicy<identity::Role>>      {"DeleteRolePolicy",                 Access::kWrite},
    Operation<&DeleteUser>                              {"DeleteUser",                       Access::kWrite},
    Operation<&DeleteBoundary<identity::User>>          {"DeleteUserPermissionsBoundary",    Access::kWrite},
    Operation<&DeleteInlinePolicy<identity::User>>      {"DeleteUserPolicy",                 Access::kWrite},
    Operation<&DetachPolicy<identity::Group>>           {"DetachGroupPolicy",                Access::kWrite},
    Operation<&DetachPolicy<identity::Role>>            {"DetachRolePolicy",                 Access::kWrite},
    Operation<&DetachPolicy<identity::User>>            {"DetachUserPolicy",                 Access::kWrite},
    Operation<&GetAccessKeyLastUsed>                    {"GetAccessKeyLastUsed",             Access::kRead},
    Operation<&GetAccountSummary>                       {"GetAccountSummary",                Access::kRead},
    Operation<&GetContextKeysForCustomPolicy>           {"GetContextKeysForCustomPolicy",    Access::kRead},
    Operation<&GetContextKeysForPrincipalPolicy>        {"GetContextKeysForPrincipalPolicy", Access::kRead},
    Operation<&GetGroup>                                {"GetGroup",                         Access::kRead},
    Operation<&GetInlinePolicy<identity::Group>>        {"GetGroupPolicy",                   Access::kRead},
    Operation<&GetLoginProfile>                         {"GetLoginProfile",                  Access::kRead},
    Operation<&GetPolicy>                               {"GetPolicy",                        Access::kRead},
    Operation<&GetPolicyVersion>                        {"GetPolicyVersion",                 Access::kRead},
    Operation<&GetRole>                                 {"GetRole",                          Access::kRead},
    Operation<&GetInlinePolicy<identity::Role>>         {"GetRolePolicy",                    Access::kRead},
    Operation<&GetUser>                                 {"GetUser",                          Access::kRead},
    Operation<&GetInlinePolicy<identity::User>>         {"GetUserPolicy",                    Access::kRead},
    Operation<&ListAccessKeys>                          {"ListAccessKeys",                   Access::kRead},
    Operation<&ListAccountAliases>                      {"ListAccountAliases",               Access::kRead},
    Operation<&ListAttachedPolicies<identity::Group>>   {"ListAttachedGroupPolicies",        Access::kRead},
    Operation<&ListAttachedPolicies<identity::Role>>    {"ListAttachedRolePolicies",         Access::kRead},
    Operation<&ListAttachedPolicies<identity::User>>    {"ListAttachedUserPolicies",         Access::kRead},
    Operation<&ListEntitiesForPolicy>                   {"ListEntitiesForPolicy",            Access::kRead},
    Operation<&ListInlinePolicies<identity::Group>>     {"ListGroupPolicies",                Access::kRead},
    Operation<&ListGroups>                              {"ListGroups",                       Access::kRead},
    Operation<&ListGroupsForUser>                       {"ListGroupsForUser",                Access::kRead},
    Operation<&ListInstanceProfilesForRole>             {"ListInstanceProfilesForRole",      Access::kRead},
    Operation<&ListMFADevices>                          {"ListMFADevices",                   Access::kRead},
    Operation<&ListPolicies>                            {"ListPolicies",                     Access::kRead},
    Operation<&ListEntityTags<identity::ManagedPolicy>> {"ListPolicyTags",                   Access::kRead},
    Operation<&ListPolicyVersions>                      {"ListPolicyVersions",               Access::kRead},
    Operation<&ListInlinePolicies<identity::Role>>      {"ListRolePolicies",                 Access::kRead},
    Operation<&ListEntityTags<identity::Role>>          {"ListRoleTags",                     Access::kRead},
    Operation<&ListRoles>                               {"ListRoles",                        Access::kRead},
    Operation<&ListSSHPublicKeys>                       {"ListSSHPublicKeys",                Access::kRead},
    Operation<&ListServiceSpecificCredentials>          {"ListServiceSpecificCredentials",   Access::kRead},
    Operation<&ListSigningCertificates>                 {"ListSigningCertificates",          Access::kRead},
    Operation<&ListInlinePolicies<identity::User>>      {"ListUserPolicies",                 Access::kRead},
    Operation<&ListEntityTags<identity::User>>          {"ListUserTags",                     Access::kRead},
    Operation<&ListUsers>                               {"ListUsers",                        Access::kRead},
    Operation<&ListVirtualMFADevices>                   {"ListVirtualMFADevices",            Access::kRead},
    Operation<&PutPolicy<identity::Group>>              {"PutGroupPolicy",                   Access::kWrite},
    Operation<&PutBoundary<identity::Role>>             {"PutRolePermissionsBoundary",       Access::kWrite},
    Operation<&PutPolicy<identity::Role>>               {"PutRolePolicy",                    Access::kWrite},
    Operation<&PutBoundary<identity::User>>             {"PutUserPermissionsBoundary",       Access::kWrite},
    Operation<&PutPolicy<identity::User>>               {"PutUserPolicy",                    Access::kWrite},
    Operation<&RemoveUserFromGroup>                     {"RemoveUserFromGroup",              Access::kWrite},
    Operation<&SetDefaultPolicyVersion>                 {"SetDefaultPolicyVersion",          Access::kWrite},
    Operation<&SimulateCustomPolicy>                    {"SimulateCustomPolicy",             Access::kRead},
    Operation<&SimulatePrincipalPolicy>                 {"SimulatePrincipalPolicy",          Access::kRead},
    Operation<&TagEntity<identity::ManagedPolicy>>      {"TagPolicy",                        Access::kWrite},
    Operation<&TagEntity<identity::Role>>               {"TagRole",                          Access::kWrite},
    Operation<&TagEntity<identity::User>>               {"TagUser",                          Access::kWrite},
    Operation<&UntagEntity<identity::ManagedPolicy>>    {"UntagPolicy",                      Access::kWrite},
    Operation<&UntagEntity<identity::Role>>             {"UntagRole",                        Access::kWrite},
    Operation<&UntagEntity<identity::User>>             {"UntagUser",                        Access::kWrite},
    Operation<&UpdateAccessKey>                         {"UpdateAccessKey",                  Access::kWrite},
    Operation<&UpdateAssumeRolePolicy>                  {"UpdateAssumeRolePolicy",           Access::kWrite},
    Operation<&UpdateGroup>                             {"UpdateGroup",                      Access::kWrite},
    Operation<&UpdateRole>                              {"UpdateRole",                       Access::kWrite},
    Operation<&UpdateRoleDescription>                   {"UpdateRoleDescription",            Access::kWrite},
    Operation<&UpdateUser>                              {"UpdateUser",                       Access::kWrite},
    // clang-format on
};

}  // namespace coffer::services::iam
