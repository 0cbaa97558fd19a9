#include "server/master_key_sources.h"

#include "base/log.h"
#include "crypto/digest.h"
#include "keyring/master_key_file.h"
#include "keyring/master_key_text.h"
#include "server/passphrase.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <utility>

namespace coffer::server {
namespace {

using Kind = keyring::MasterKeySource::Kind;
using keyring::GivenMasterKey;

}  // namespace

MasterKeySources::MasterKeySources(const Config& config, const DataDirectory& directory,
                                   Random& random) {
  Configure(config);
  if (config.master_key_passphrase) {
    AskForPassphrases();
  } else if (sources_.empty() && config.ephemeral) {
    SecretBytes key(keyring::kMasterKeySize);
    random.Fill(key.ExposeWritable());
    Add({std::move(key), "made for this process"});
  } else if (sources_.empty()) {
    AddDevelopmentFile(directory, random);
  }
  for (const keyring::MasterKeySource& source : sources_) {
    for (GivenMasterKey& key : keyring::LoadMasterKeys(source)) {
      if (source.kind == Kind::kEnvironment) of_environment_.push_back({key.key.Copy(), key.where});
      Add(std::move(key));
    }
  }
}

void MasterKeySources::Configure(const Config& config) {
  const std::array<std::pair<Kind, const std::string*>, 4> places{
      {{Kind::kFile, &config.master_key_file},
       {Kind::kEnvironment, &config.master_key_environment},
       {Kind::kCommand, &config.master_key_command},
       {Kind::kCredential, &config.master_key_credential}}};
  for (const auto& [kind, where] : places) {
    if (!where->empty()) sources_.push_back({kind, *where});
  }
  if (!config.master_key_environment.empty() && config.profile != Profile::kDevelopment) {
    base::log::Warning("master_key.from_environment",
                       {{"variable", config.master_key_environment},
                        {"note",
                         "who may look at the process that started this one could read it; "
                         "prefer a file, a credential or a command"}});
  }
}

// The development profile makes its own key, beside the data it protects, and says so once.
void MasterKeySources::AddDevelopmentFile(const DataDirectory& directory, Random& random) {
  const std::filesystem::path file = directory.MasterKey();
  sources_.push_back({Kind::kFile, file.string()});
  if (std::filesystem::exists(file)) return;
  if (std::filesystem::exists(directory.Database())) {
    throw keyring::MasterKeyError(
        "The master key " + file.string() +
        " is missing, and the data can't be read without it. Put it back, "
        "or set master_key_file.");
  }
  base::log::Warning("master_key.created",
                     {{"file", file.string()},
                      {"note", "kept beside the data: for development, not for production"}});
  (void)keyring::CreateMasterKeyFile(file, random);
}

// The first is asked for now, so that a start without it leaves nothing; which version it belongs
// to is known when the database is open.
void MasterKeySources::AskForPassphrases() {
  // Shared by the two functions, of which either takes it.
  const auto first = std::make_shared<SecretBytes>(
      PassphrasePrompt::Ask("Passphrase of the master key (of its newest version): "));
  given_.passphrase_of = [first](std::uint32_t version) {
    if (!first->empty()) return std::move(*first);
    return PassphrasePrompt::Ask("Passphrase of the master key's version " +
                                 std::to_string(version) + ": ");
  };
  given_.new_passphrase = [first] { return PassphrasePrompt::Confirm(std::move(*first)); };
}

// Two sources may give the same key.
void MasterKeySources::Add(GivenMasterKey key) {
  const bool is_known = std::ranges::any_of(given_.keys, [&](const GivenMasterKey& other) {
    return crypto::ConstantTimeEqual(other.key.Expose(), key.key.Expose());
  });
  if (!is_known) given_.keys.push_back(std::move(key));
}

void MasterKeySources::Forget(const std::vector<store::MasterKeyRow>& versions,
                              const keyring::InstallationId& installation) {
  given_.keys.clear();
  std::erase_if(of_environment_, [&](const GivenMasterKey& given) {
    const store::MasterKeyRow* const row =
        keyring::FindVersionOf(versions, given.key, installation);
    if (row != nullptr) environment_versions_.push_back(row->version);
    return row != nullptr;
  });
}

bool MasterKeySources::EnvironmentGave(std::uint32_t version) const {
  return std::ranges::find(environment_versions_, version) != environment_versions_.end();
}

std::vector<GivenMasterKey> MasterKeySources::ReadAgain() const {
  std::vector<GivenMasterKey> keys;
  keys.reserve(of_environment_.size());
  for (const GivenMasterKey& key : of_environment_) keys.push_back({key.key.Copy(), key.where});
  for (const keyring::MasterKeySource& source : sources_) {
    if (source.kind == Kind::kEnvironment) continue;
    for (GivenMasterKey& key : keyring::LoadMasterKeys(source)) keys.push_back(std::move(key));
  }
  return keys;
}

std::optional<std::string> MasterKeySources::file() const {
  const auto found = std::ranges::find(sources_, Kind::kFile, &keyring::MasterKeySource::kind);
  return found == sources_.end() ? std::nullopt : std::optional(found->where);
}

std::vector<std::string> MasterKeySources::Describe() const {
  std::vector<std::string> texts;
  texts.reserve(sources_.size() + 1);
  for (const keyring::MasterKeySource& source : sources_) {
    texts.push_back(keyring::Describe(source));
  }
  if (has_passphrase()) texts.emplace_back("passphrase");
  if (texts.empty()) texts.emplace_back("made for this process");
  return texts;
}

}  // namespace coffer::server
