#pragma once

#include "base/movable_clock.h"
#include "base/system_clock.h"
#include "coffer/config.h"
#include "crypto/system_random.h"
#include "keyring/envelope.h"
#include "keyring/keyring.h"
#include "server/anchor.h"
#include "server/data_directory.h"
#include "server/master_key_sources.h"
#include "sql/sqlite_database.h"
#include "store/identity_store.h"
#include "store/replication_store.h"
#include "store/rotation_store.h"
#include "store/secret_store.h"

#include <functional>
#include <memory>
#include <string_view>

namespace coffer::server {

/// The store side of a server: data directory, database, keys. What `coffer serve` serves and
/// `coffer verify` examines. Members are in the order of their dependencies.
class Vault {
 public:
  Vault(const Config& config, std::function<void(std::string_view reason)> on_fatal);

  base::SystemClock system_clock;
  base::MovableClock clock;  ///< Moved in the development profile alone.
  crypto::SystemRandom random;
  DataDirectory directory;

  MasterKeySources master_keys;
  sql::SqliteDatabase database;
  bool is_new;  ///< Nothing is kept here yet, at most the installation's own keys.
  std::unique_ptr<Anchor> anchor;  ///< Checked before anything is written; where one is configured.
  keyring::Keyring keyring;
  store::SecretStore secrets;
  store::RotationStore rotations;
  store::ReplicationStore replications;
  store::IdentityStore identities;
  keyring::Envelope envelope;
};

}  // namespace coffer::server
