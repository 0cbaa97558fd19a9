#include "server/master_key_service.h"

#include "base/log.h"
#include "crypto/digest.h"
#include "keyring/master_key_file.h"
#include "keyring/master_key_text.h"
#include "server/passphrase.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace coffer::server {
namespace {

using keyring::GivenMasterKey;
using keyring::MasterKeyError;

constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kMostAtOnce = 1000;
constexpr std::chrono::minutes kRetryInterval{1};

bool IsSame(const SecretBytes& a, const SecretBytes& b) {
  return crypto::ConstantTimeEqual(a.Expose(), b.Expose());
}

}  // namespace

MasterKeyService::MasterKeyService(Vault& vault, std::int64_t rewraps_per_second)
    : vault_(vault),
      rewraps_at_once_(std::clamp<std::size_t>(static_cast<std::size_t>(rewraps_per_second) / 10, 1,
                                               kMostAtOnce)),
      pause_(static_cast<std::int64_t>(rewraps_at_once_) * 1000 / rewraps_per_second),
      rotation_(vault.database, vault.keyring, vault.identities, vault.random, vault.clock) {}

void MasterKeyService::Start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

void MasterKeyService::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

std::string MasterKeyService::Rotate() {
  return Begin([this](std::vector<std::byte>& /*salt*/) { return FindNewKey(); });
}

std::string MasterKeyService::RotateToPassphrase(std::string_view passphrase) {
  return Begin([&](std::vector<std::byte>& salt) {
    const SecretBytes text = SecretBytes::FromText(passphrase);
    if (text.size() < PassphrasePrompt::kShortestNew || text.size() > PassphrasePrompt::kLongest) {
      throw MasterKeyError("a new passphrase must have from 12 to 1024 characters");
    }
    salt.resize(kSaltSize);
    vault_.random.Fill(salt);
    return keyring::MasterKeyOfPassphrase(text, salt);
  });
}

std::string MasterKeyService::Begin(
    const std::function<SecretBytes(std::vector<std::byte>&)>& key_of) {
  const std::scoped_lock lock(rotation_mutex_);
  try {
    if (rotation_.IsUnfinished()) {
      throw MasterKeyError(
          "the replacement before this one has not ended; see `coffer key status`");
    }
    std::vector<std::byte> salt;
    const SecretBytes key = key_of(salt);
    rotation_.Begin(key, salt);
    vault_.master_keys.Forget(rotation_.Versions(), vault_.keyring.installation().id());
  } catch (const std::exception& error) {
    base::log::Error("master_key.not_replaced", {{"reason", error.what()}});
    return "error: " + std::string(error.what()) + "\n";
  }
  AdvanceAnchor();
  {
    const std::scoped_lock wake_lock(wake_mutex_);
    woken_ = true;
    changed_.notify_one();
  }
  return "The master key is replaced. What the old one wraps is wrapped again now; keep both until "
         "`coffer key status` shows the old version as retired.\n";
}

// Whatever is answered here the sources give at the next start too: no moment is without a key.
SecretBytes MasterKeyService::FindNewKey() {
  const std::vector<store::MasterKeyRow> versions = rotation_.Versions();
  const keyring::InstallationId& id = vault_.keyring.installation().id();
  std::vector<SecretBytes> unknown;
  const store::MasterKeyRow& current = versions.back();
  bool has_current = !current.salt.empty() || vault_.master_keys.EnvironmentGave(current.version);
  for (GivenMasterKey& given : vault_.master_keys.ReadAgain()) {
    const store::MasterKeyRow* const version = keyring::FindVersionOf(versions, given.key, id);
    has_current = has_current || version == &current;
    const bool is_new = version == nullptr && std::ranges::none_of(unknown, [&](const auto& other) {
                          return IsSame(other, given.key);
                        });
    if (is_new) unknown.push_back(std::move(given.key));
  }
  if (!has_current) {
    throw MasterKeyError(
        "the key in use is no longer given: a server that is started again could not open the "
        "data. Put it back beside the new one");
  }
  if (unknown.size() > 1) {
    throw MasterKeyError("more than one key is given beside the one in use: which is the new one?");
  }
  if (unknown.size() == 1) return std::move(unknown.front());
  if (const auto file = vault_.master_keys.file()) return MakeKeyInFile(*file);
  throw MasterKeyError(
      "there is no new key. Have the source give it too, beside the one in use (two keys, with a "
      "blank or line feed between them), or set a second source; a variable, a credential and "
      "another setting are read at start alone. Then ask again");
}

SecretBytes MasterKeyService::MakeKeyInFile(const std::string& file) {
  std::vector<SecretBytes> keys = keyring::ReadMasterKeyFile(file);
  SecretBytes& key = keys.emplace_back(keyring::kMasterKeySize);
  vault_.random.Fill(key.ExposeWritable());
  keyring::ReplaceMasterKeyFile(file, keys);
  return std::move(key);
}

MasterKeyReport MasterKeyService::Report() {
  MasterKeyReport report;
  report.sources = vault_.master_keys.Describe();
  const store::MasterKeyStore versions(vault_.keyring.row_mac());
  vault_.database.Read([&](Transaction& transaction) {
    const auto counts =
        keyring::CountWrappedKeys(transaction, vault_.keyring.key_store(), vault_.identities);
    report.versions = ReportVersions(versions.List(transaction), counts, vault_.clock.Now());
    store::KeyStore::ForEachKey(transaction, [&](const secrets::KeyId&) { ++report.keys; });
    for (const MasterKeyVersionReport& version : report.versions) {
      report.key_versions += version.key_versions;
    }
  });
  const std::scoped_lock lock(rotation_mutex_);
  report.unreadable = static_cast<std::int64_t>(rotation_.unreadable());
  return report;
}

void MasterKeyService::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    bool is_done = false;
    try {
      is_done = Finish(stop);
    } catch (const std::exception& error) {
      base::log::Error("master_key.rewrap_failed", {{"reason", error.what()}});
    }
    std::unique_lock lock(wake_mutex_);
    const auto is_woken = [this] { return std::exchange(woken_, false); };
    if (is_done) {
      changed_.wait(lock, stop, is_woken);
    } else {
      changed_.wait_for(lock, stop, kRetryInterval, is_woken);
    }
  }
}

bool MasterKeyService::Finish(const std::stop_token& stop) {
  bool is_unfinished = false;
  {
    const std::scoped_lock lock(rotation_mutex_);
    is_unfinished = rotation_.IsUnfinished();
  }
  if (is_unfinished) base::log::Info("master_key.rewrapping");
  if (is_unfinished && !RewrapAll(stop)) return false;
  // Before the old key is gone from its file an older copy of the data must be noticed.
  AdvanceAnchor();
  TidyFile();
  return true;
}

bool MasterKeyService::RewrapAll(const std::stop_token& stop) {
  for (bool has_more = true; has_more;) {
    {
      const std::scoped_lock lock(rotation_mutex_);
      has_more = rotation_.RewrapSome(rewraps_at_once_);
    }
    std::unique_lock lock(wake_mutex_);
    changed_.wait_for(lock, stop, pause_, [] { return false; });
    if (stop.stop_requested()) return false;
  }
  const std::scoped_lock lock(rotation_mutex_);
  if (rotation_.unreadable() == 0) return rotation_.RetireOlder();
  base::log::Error("master_key.not_retired",
                   {{"unreadable", rotation_.unreadable()},
                    {"note", "keys that cannot be opened are left; coffer verify names them"}});
  return false;
}

void MasterKeyService::TidyFile() {
  const auto file = vault_.master_keys.file();
  if (!file) return;
  const std::scoped_lock lock(rotation_mutex_);
  if (rotation_.IsUnfinished()) return;
  const std::vector<store::MasterKeyRow> versions = rotation_.Versions();
  const keyring::InstallationId& id = vault_.keyring.installation().id();
  std::vector<SecretBytes> kept;
  bool has_current = false;
  bool has_retired = false;
  for (SecretBytes& key : keyring::ReadMasterKeyFile(*file)) {
    const store::MasterKeyRow* const version = keyring::FindVersionOf(versions, key, id);
    has_current = has_current || version == &versions.back();
    const bool is_retired = version != nullptr && version->retired;
    has_retired = has_retired || is_retired;
    if (!is_retired) kept.push_back(std::move(key));
  }
  if (!has_retired) return;
  if (!has_current) {
    base::log::Warning("master_key.file_is_retired",
                       {{"file", *file}, {"note", "nothing needs it: remove it and its setting"}});
    return;
  }
  try {
    keyring::ReplaceMasterKeyFile(*file, kept);
    base::log::Info("master_key.file_tidied", {{"file", *file}});
  } catch (const MasterKeyError& error) {
    base::log::Warning("master_key.file_not_tidied",
                       {{"reason", error.what()},
                        {"note", "it holds a key that is retired: take that out by hand"}});
  }
}

void MasterKeyService::AdvanceAnchor() {
  if (vault_.anchor) vault_.anchor->Advance(vault_.database.commit_sequence());
}

}  // namespace coffer::server
