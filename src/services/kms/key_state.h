#pragma once

#include "coffer/result.h"
#include "services/kms/context.h"
#include "store/key_life.h"
#include "store/key_settings.h"
#include "store/key_store.h"

#include <cstdint>
#include <string>
#include <string_view>

/// What can be done with a key in which state (AWS: key states of AWS KMS keys).
namespace coffer::services::kms {

enum class KeyState : std::uint8_t { kEnabled, kDisabled, kPendingDeletion };

[[nodiscard]] KeyState StateOf(const store::KeySettings& settings, const store::KeyLife& life);
/// On the wire.
[[nodiscard]] std::string_view NameOf(KeyState state);

/// For what needs the key's material: Disabled, or InvalidKeyState for a key that is to be deleted.
[[nodiscard]] Result<void> RequireEnabled(const AuthorizedKey& key);
/// For changes of a key that may be disabled: InvalidKeyState.
[[nodiscard]] Result<void> RequireNotPendingDeletion(const AuthorizedKey& key);

/// The id of a version of the key's material: 64 hexadecimal digits that say nothing about it.
[[nodiscard]] std::string MaterialIdOf(const store::KeyRow& key, std::uint32_t version);

}  // namespace coffer::services::kms
