#include "server/vault.h"

#include "base/log.h"
#include "keyring/installation.h"
#include "server/process.h"
#include "store/contents.h"
#include "store/master_key_store.h"
#include "store/schema.h"

#include <utility>

namespace coffer::server {
namespace {

sql::SqliteOptions DatabaseOptions(const Config& config, const DataDirectory& directory,
                                   std::function<void(std::string_view)> on_fatal) {
  sql::SqliteOptions options;
  if (!config.ephemeral) options.file = directory.Database();
  options.on_fatal = std::move(on_fatal);
  return options;
}

std::unique_ptr<Anchor> CheckedAnchor(const Config& config, std::int64_t commit_sequence) {
  if (config.anchor_file.empty()) return nullptr;
  auto anchor = std::make_unique<Anchor>(config.anchor_file);
  anchor->Check(commit_sequence);
  return anchor;
}

bool HoldsNothing(Database& database) {
  bool holds_nothing = false;
  database.Read(
      [&](Transaction& transaction) { holds_nothing = store::HoldsNothing(transaction); });
  return holds_nothing;
}

std::size_t CacheBytes(const Config& config) {
  constexpr std::size_t kMebibyte = std::size_t{1024} * 1024;
  return config.cache_mebibytes == 0 ? AvailableMemory() / 4 : config.cache_mebibytes * kMebibyte;
}

}  // namespace

// The master key is read before the database is opened, so that a start without it leaves nothing.
Vault::Vault(const Config& config, std::function<void(std::string_view)> on_fatal)
    : clock(system_clock),
      directory(config.data_directory, config.ephemeral),
      master_keys(config, directory, random),
      database(DatabaseOptions(config, directory, std::move(on_fatal)), store::SqliteSchema()),
      is_new(HoldsNothing(database)),
      anchor(CheckedAnchor(config, database.commit_sequence())),
      keyring(database, master_keys.given(), random, clock),
      secrets(keyring.row_mac(), CacheBytes(config)),
      rotations(keyring.row_mac()),
      replications(keyring.row_mac()),
      identities(keyring.row_mac()),
      envelope(keyring, random) {
  database.Read([this](Transaction& transaction) {
    master_keys.Forget(store::MasterKeyStore(keyring.row_mac()).List(transaction),
                       keyring.installation().id());
  });
}

}  // namespace coffer::server
