#include "server/vault.h"

#include "base/log.h"
#include "keyring/master_key.h"
#include "server/process.h"
#include "store/key_store.h"
#include "store/schema.h"

#include <array>
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

std::optional<keyring::MasterKeySource> ConfiguredSource(const Config& config) {
  using Kind = keyring::MasterKeySource::Kind;
  const std::array<std::pair<Kind, const std::string*>, 3> places{
      {{Kind::kFile, &config.master_key_file},
       {Kind::kEnvironment, &config.master_key_environment},
       {Kind::kCommand, &config.master_key_command}}};
  for (const auto& [kind, where] : places) {
    if (!where->empty()) return keyring::MasterKeySource{kind, *where};
  }
  return std::nullopt;
}

// The development profile makes its own key, beside the data it protects, and says so once.
SecretBytes MasterKey(const Config& config, const DataDirectory& directory, Random& random) {
  if (const auto source = ConfiguredSource(config)) return keyring::LoadMasterKey(*source);
  if (config.ephemeral) {
    SecretBytes key(keyring::kMasterKeySize);
    random.Fill(key.ExposeWritable());
    return key;
  }
  const std::filesystem::path file = directory.MasterKey();
  if (std::filesystem::exists(file)) {
    return keyring::LoadMasterKey({keyring::MasterKeySource::Kind::kFile, file.string()});
  }
  if (std::filesystem::exists(directory.Database())) {
    throw keyring::MasterKeyError(
        "The master key " + file.string() +
        " is missing, and the data can't be read without it. Put it back, "
        "or set master_key_file.");
  }
  base::log::Warning("master_key.created",
                     {{"file", file.string()},
                      {"note", "kept beside the data: for development, not for production"}});
  return keyring::CreateMasterKeyFile(file, random);
}

std::optional<Anchor> CheckedAnchor(const Config& config, std::int64_t commit_sequence) {
  if (config.anchor_file.empty()) return std::nullopt;
  Anchor anchor(config.anchor_file);
  anchor.Check(commit_sequence);
  return anchor;
}

bool HasInstallation(Database& database) {
  bool found = false;
  database.Read([&](Transaction& transaction) {
    found = store::KeyStore::FindMeta(transaction, "installation_id").has_value();
  });
  return found;
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
      master_key_(MasterKey(config, directory, random)),
      database(DatabaseOptions(config, directory, std::move(on_fatal)), store::SqliteSchema()),
      is_new(!HasInstallation(database)),
      anchor(CheckedAnchor(config, database.commit_sequence())),
      keyring(database, std::move(master_key_), random, clock),
      secrets(keyring.row_mac(), CacheBytes(config)),
      rotations(keyring.row_mac()),
      replications(keyring.row_mac()),
      identities(keyring.row_mac()),
      envelope(keyring, random) {}

}  // namespace coffer::server
