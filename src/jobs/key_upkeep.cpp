#include "jobs/key_upkeep.h"

#include "base/encoding.h"
#include "base/log.h"
#include "store/key_life.h"

#include <chrono>
#include <exception>
#include <vector>

namespace coffer::jobs {
namespace {

// Whatever was missed meanwhile: one rotation, and a whole period from now.
void NoteRotation(store::KeyLife& life, std::uint32_t version, Timestamp now) {
  life.rotations.push_back({.version = version, .date = now, .is_on_demand = false});
  life.next_rotation = now + std::chrono::days(life.rotation_period_days);
}

}  // namespace

void KeyUpkeep::Run(Timestamp now) {
  std::vector<secrets::KeyId> due;
  database_.Read(
      [&](Transaction& transaction) { due = store::KeyLifeStore::Due(transaction, now); });
  for (const secrets::KeyId& id : due) {
    try {
      database_.Write([&](Transaction& transaction) { Attend(transaction, id, now); });
    } catch (const store::IntegrityError& error) {
      base::log::Error("key.not_attended", {{"key", base::ToHex(id)}, {"reason", error.what()}});
    }
  }
}

// Asks again what is due: its owner may have changed his mind since it was found. A disabled key
// waits with its rotation until it is enabled (AWS: rotating KMS keys).
void KeyUpkeep::Attend(Transaction& transaction, const secrets::KeyId& id, Timestamp now) {
  auto key = keyring_.key_store().FindKey(transaction, id);
  if (!key || key->is_destroyed()) return;
  store::KeyLife life = keyring_.key_lives().Find(transaction, *key);
  if (life.destruction) {
    if (*life.destruction > now) return;
    keyring_.Destroy(transaction, *key);
    life = {};
  } else {
    const bool is_enabled = keyring_.key_settings().Find(transaction, id).is_enabled;
    if (!life.next_rotation || *life.next_rotation > now || !is_enabled) return;
    keyring_.Rotate(transaction, *key);
    NoteRotation(life, key->primary_version, now);
  }
  keyring_.key_lives().Put(transaction, id, life);
}

}  // namespace coffer::jobs
