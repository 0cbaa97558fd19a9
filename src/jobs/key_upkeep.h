#pragma once

#include "coffer/clock.h"
#include "coffer/database.h"
#include "keyring/keyring.h"

namespace coffer::jobs {

/// What becomes of keys by the clock alone: rotates those whose schedule says so, and destroys
/// those whose window for a change of mind has ended (AWS: ScheduleKeyDeletion). What is due is
/// kept in the database, so a restart forgets nothing.
class KeyUpkeep {
 public:
  /// Both must outlive this.
  KeyUpkeep(Database& database, keyring::Keyring& keyring)
      : database_(database), keyring_(keyring) {}

  /// Does what is due at `now`, each key by itself. A row that was touched is reported and left
  /// alone.
  void Run(Timestamp now);

 private:
  void Attend(Transaction& transaction, const secrets::KeyId& id, Timestamp now);

  Database& database_;
  keyring::Keyring& keyring_;
};

}  // namespace coffer::jobs
