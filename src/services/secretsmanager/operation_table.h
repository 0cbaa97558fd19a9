#pragma once

#include "services/secretsmanager/batch_get_secret_value.h"
#include "services/secretsmanager/cancel_rotate_secret.h"
#include "services/secretsmanager/create_secret.h"
#include "services/secretsmanager/delete_resource_policy.h"
#include "services/secretsmanager/delete_secret.h"
#include "services/secretsmanager/describe_secret.h"
#include "services/secretsmanager/get_random_password.h"
#include "services/secretsmanager/get_resource_policy.h"
#include "services/secretsmanager/get_secret_value.h"
#include "services/secretsmanager/list_secret_version_ids.h"
#include "services/secretsmanager/list_secrets.h"
#include "services/secretsmanager/operation.h"
#include "services/secretsmanager/put_resource_policy.h"
#include "services/secretsmanager/put_secret_value.h"
#include "services/secretsmanager/remove_regions_from_replication.h"
#include "services/secretsmanager/replicate_secret_to_regions.h"
#include "services/secretsmanager/restore_secret.h"
#include "services/secretsmanager/rotate_secret.h"
#include "services/secretsmanager/stop_replication_to_replica.h"
#include "services/secretsmanager/tag_resource.h"
#include "services/secretsmanager/untag_resource.h"
#include "services/secretsmanager/update_secret.h"
#include "services/secretsmanager/update_secret_version_stage.h"
#include "services/secretsmanager/validate_resource_policy.h"

#include <tuple>

namespace coffer::services::secretsmanager {

/// The 23 operations of the API, and the only place that knows which exist. Sorted by name. The IAM
/// action is always `secretsmanager:` and the name.
inline constexpr std::tuple kOperations{
    // clang-format off
    Operation<&BatchGetSecretValue>         {"BatchGetSecretValue",          Authorizes::kAccount,        Access::kCachedRead},
    Operation<&CancelRotateSecret>          {"CancelRotateSecret",           Authorizes::kSecret,         Access::kWrite},
    Operation<&CreateSecret>                {"CreateSecret",                 Authorizes::kNewSecret,      Access::kWrite},
    Operation<&DeleteResourcePolicy>        {"DeleteResourcePolicy",         Authorizes::kSecret,         Access::kWrite},
    Operation<&DeleteSecret>                {"DeleteSecret",                 Authorizes::kSecretIfExists, Access::kWrite},
    Operation<&DescribeSecret>              {"DescribeSecret",               Authorizes::kSecret,         Access::kRead},
    Operation<&GetRandomPassword>           {"GetRandomPassword",            Authorizes::kAccount,        Access::kRead},
    Operation<&GetResourcePolicy>           {"GetResourcePolicy",            Authorizes::kSecret,         Access::kRead},
    Operation<&GetSecretValue>              {"GetSecretValue",               Authorizes::kSecret,         Access::kCachedRead},
    Operation<&ListSecretVersionIds>        {"ListSecretVersionIds",         Authorizes::kSecret,         Access::kRead},
    Operation<&ListSecrets>                 {"ListSecrets",                  Authorizes::kAccount,        Access::kRead},
    Operation<&PutResourcePolicy>           {"PutResourcePolicy",            Authorizes::kSecret,         Access::kWrite},
    Operation<&PutSecretValue>              {"PutSecretValue",               Authorizes::kSecret,         Access::kWrite},
    Operation<&RemoveRegionsFromReplication>{"RemoveRegionsFromReplication", Authorizes::kSecret,         Access::kWrite},
    Operation<&ReplicateSecretToRegions>    {"ReplicateSecretToRegions",     Authorizes::kSecret,         Access::kWrite},
    Operation<&RestoreSecret>               {"RestoreSecret",                Authorizes::kSecret,         Access::kWrite},
    Operation<&RotateSecret>                {"RotateSecret",                 Authorizes::kSecret,         Access::kWrite},
    Operation<&StopReplicationToReplica>    {"StopReplicationToReplica",     Authorizes::kSecret,         Access::kWrite},
    Operation<&TagResource>                 {"TagResource",                  Authorizes::kSecret,         Access::kWrite},
    Operation<&UntagResource>               {"UntagResource",                Authorizes::kSecret,         Access::kWrite},
    Operation<&UpdateSecret>                {"UpdateSecret",                 Authorizes::kSecret,         Access::kWrite},
    Operation<&UpdateSecretVersionStage>    {"UpdateSecretVersionStage",     Authorizes::kSecret,         Access::kWrite},
    Operation<&ValidateResourcePolicy>      {"ValidateResourcePolicy",       Authorizes::kSecretIfGiven,  Access::kRead},
    // clang-format on
};

}  // namespace coffer::services::secretsmanager
