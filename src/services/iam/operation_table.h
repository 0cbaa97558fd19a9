#pragma once

#include "services/iam/access_keys.h"
#include "services/iam/role_policies.h"
#include "services/iam/role_tags.h"
#include "services/iam/roles.h"
#include "services/iam/user_policies.h"
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
    Operation<&CreateAccessKey>       {"CreateAccessKey",        Access::kWrite},
    Operation<&CreateRole>            {"CreateRole",             Access::kWrite},
    Operation<&CreateUser>            {"CreateUser",             Access::kWrite},
    Operation<&DeleteAccessKey>       {"DeleteAccessKey",        Access::kWrite},
    Operation<&DeleteRole>            {"DeleteRole",             Access::kWrite},
    Operation<&DeleteRolePolicy>      {"DeleteRolePolicy",       Access::kWrite},
    Operation<&DeleteUser>            {"DeleteUser",             Access::kWrite},
    Operation<&DeleteUserPolicy>      {"DeleteUserPolicy",       Access::kWrite},
    Operation<&GetRole>               {"GetRole",                Access::kRead},
    Operation<&GetRolePolicy>         {"GetRolePolicy",          Access::kRead},
    Operation<&GetUser>               {"GetUser",                Access::kRead},
    Operation<&GetUserPolicy>         {"GetUserPolicy",          Access::kRead},
    Operation<&ListAccessKeys>        {"ListAccessKeys",         Access::kRead},
    Operation<&ListRolePolicies>      {"ListRolePolicies",       Access::kRead},
    Operation<&ListRoleTags>          {"ListRoleTags",           Access::kRead},
    Operation<&ListRoles>             {"ListRoles",              Access::kRead},
    Operation<&ListUserPolicies>      {"ListUserPolicies",       Access::kRead},
    Operation<&ListUsers>             {"ListUsers",              Access::kRead},
    Operation<&PutRolePolicy>         {"PutRolePolicy",          Access::kWrite},
    Operation<&PutUserPolicy>         {"PutUserPolicy",          Access::kWrite},
    Operation<&TagRole>               {"TagRole",                Access::kWrite},
    Operation<&UntagRole>             {"UntagRole",              Access::kWrite},
    Operation<&UpdateAccessKey>       {"UpdateAccessKey",        Access::kWrite},
    Operation<&UpdateAssumeRolePolicy>{"UpdateAssumeRolePolicy", Access::kWrite},
    Operation<&UpdateRole>            {"UpdateRole",             Access::kWrite},
    // clang-format on
};

}  // namespace coffer::services::iam
