#include "services/kms/key_state.h"

#include "base/big_endian.h"
#include "base/encoding.h"
#include "crypto/digest.h"
#include "services/kms/key_identifier.h"

#include <algorithm>
#include <array>

namespace coffer::services::kms {

KeyState StateOf(const store::KeySettings& settings, const store::KeyLife& life) {
  if (life.destruction) return KeyState::kPendingDeletion;
  return settings.is_enabled ? KeyState::kEnabled : KeyState::kDisabled;
}

std::string_view NameOf(KeyState state) {
  switch (state) {
    case KeyState::kEnabled:
      return "Enabled";
    case KeyState::kDisabled:
      return "Disabled";
    case KeyState::kPendingDeletion:
      break;
  }
  return "PendingDeletion";
}

Result<void> RequireNotPendingDeletion(const AuthorizedKey& key) {
  if (StateOf(key.settings(), key.life()) != KeyState::kPendingDeletion) return {};
  return Fail(ErrorCode::kInvalidKeyState, ArnOf(key.row()) + " is pending deletion.");
}

Result<void> RequireEnabled(const AuthorizedKey& key) {
  RETURN_IF_ERROR(RequireNotPendingDeletion(key));
  if (key.settings().is_enabled) return {};
  return Fail(ErrorCode::kDisabled, ArnOf(key.row()) + " is disabled.");
}

std::string MaterialIdOf(const store::KeyRow& key, std::uint32_t version) {
  std::array<std::byte, sizeof(secrets::KeyId) + sizeof(version)> named{};
  std::ranges::copy(base::ToBigEndian(version), std::ranges::copy(key.id, named.begin()).out);
  return base::ToHex(crypto::Sha256(named));
}

}  // namespace coffer::services::kms
