#pragma once

#include "coffer/config.h"
#include "coffer/random.h"
#include "keyring/given_master_keys.h"
#include "keyring/master_keys.h"
#include "server/data_directory.h"
#include "store/master_key_store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace coffer::server {

/// Where the master key comes from, and what was read there at start.
class MasterKeySources {
 public:
  /// Reads all sources that are configured. Without one the development profile has a file in the
  /// data directory, which is made with new data. MasterKeyError.
  MasterKeySources(const Config& config, const DataDirectory& directory, Random& random);

  [[nodiscard]] const keyring::GivenMasterKeys& given() const { return given_; }
  /// Once the data is open: forgets all keys but those of the environment, which cannot be read
  /// again, that are none of `versions` yet.
  void Forget(const std::vector<store::MasterKeyRow>& versions,
              const keyring::InstallationId& installation);
  /// Whether the environment gave that version at start.
  [[nodiscard]] bool EnvironmentGave(std::uint32_t version) const;

  /// What the sources give now, by reading them again; of the environment what was not forgotten.
  /// MasterKeyError.
  [[nodiscard]] std::vector<keyring::GivenMasterKey> ReadAgain() const;
  /// The file, where one is configured.
  [[nodiscard]] std::optional<std::string> file() const;
  [[nodiscard]] bool has_passphrase() const { return given_.new_passphrase != nullptr; }
  /// For people, one for each.
  [[nodiscard]] std::vector<std::string> Describe() const;

 private:
  void Configure(const Config& config);
  void AddDevelopmentFile(const DataDirectory& directory, Random& random);
  void AskForPassphrases();
  void Add(keyring::GivenMasterKey key);

  std::vector<keyring::MasterKeySource> sources_;
  keyring::GivenMasterKeys given_;
  std::vector<keyring::GivenMasterKey> of_environment_;
  std::vector<std::uint32_t> environment_versions_;
};

}  // namespace coffer::server
