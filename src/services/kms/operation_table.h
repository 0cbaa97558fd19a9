#pragma once

#include "services/kms/aliases.h"
#include "services/kms/create_key.h"
#include "services/kms/data_keys.h"
#include "services/kms/deletion.h"
#include "services/kms/keys.h"
#include "services/kms/messages.h"
#include "services/kms/policies.h"
#include "services/kms/rotation.h"
#include "services/kms/tags.h"

#include <cstdint>
#include <string_view>
#include <tuple>

namespace coffer::services::kms {

enum class Access : std::uint8_t { kRead, kWrite };

/// One row of the table: the wire name and the handler, whose signature says what it decodes and
/// encodes.
template <auto Handler>
struct Operation {
  static constexpr auto kHandler = Handler;
  std::string_view name;
  Access access;
};

/// The operations of KMS that are here, sorted by name. The action is always `kms:` and the name.
inline constexpr std::tuple kOperations{
    // clang-format off
    Operation<&CancelKeyDeletion>              {"CancelKeyDeletion",               Access::kWrite},
    Operation<&CreateAlias>                    {"CreateAlias",                     Access::kWrite},
    Operation<&CreateKey>                      {"CreateKey",                       Access::kWrite},
    Operation<&Decrypt>                        {"Decrypt",                         Access::kRead},
    Operation<&DeleteAlias>                    {"DeleteAlias",                     Access::kWrite},
    Operation<&DescribeKey>                    {"DescribeKey",                     Access::kRead},
    Operation<&DisableKey>                     {"DisableKey",                      Access::kWrite},
    Operation<&DisableKeyRotation>             {"DisableKeyRotation",              Access::kWrite},
    Operation<&EnableKey>                      {"EnableKey",                       Access::kWrite},
    Operation<&EnableKeyRotation>              {"EnableKeyRotation",               Access::kWrite},
    Operation<&Encrypt>                        {"Encrypt",                         Access::kRead},
    Operation<&GenerateDataKey>                {"GenerateDataKey",                 Access::kRead},
    Operation<&GenerateDataKeyWithoutPlaintext>{"GenerateDataKeyWithoutPlaintext", Access::kRead},
    Operation<&GenerateRandom>                 {"GenerateRandom",                  Access::kRead},
    Operation<&GetKeyPolicy>                   {"GetKeyPolicy",                    Access::kRead},
    Operation<&GetKeyRotationStatus>           {"GetKeyRotationStatus",            Access::kRead},
    Operation<&ListAliases>                    {"ListAliases",                     Access::kRead},
    Operation<&ListKeyPolicies>                {"ListKeyPolicies",                 Access::kRead},
    Operation<&ListKeyRotations>               {"ListKeyRotations",                Access::kRead},
    Operation<&ListKeys>                       {"ListKeys",                        Access::kRead},
    Operation<&ListResourceTags>               {"ListResourceTags",                Access::kRead},
    Operation<&PutKeyPolicy>                   {"PutKeyPolicy",                    Access::kWrite},
    Operation<&ReEncrypt>                      {"ReEncrypt",                       Access::kRead},
    Operation<&RotateKeyOnDemand>              {"RotateKeyOnDemand",               Access::kWrite},
    Operation<&ScheduleKeyDeletion>            {"ScheduleKeyDeletion",             Access::kWrite},
    Operation<&TagResource>                    {"TagResource",                     Access::kWrite},
    Operation<&UntagResource>                  {"UntagResource",                   Access::kWrite},
    Operation<&UpdateAlias>                    {"UpdateAlias",                     Access::kWrite},
    Operation<&UpdateKeyDescription>           {"UpdateKeyDescription",            Access::kWrite},
    // clang-format on
};

}  // namespace coffer::services::kms
