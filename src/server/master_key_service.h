#pragma once

#include "coffer/clock.h"
#include "coffer/random.h"
#include "keyring/master_key_rotation.h"
#include "server/master_key_report.h"
#include "server/master_key_sources.h"
#include "server/vault.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace coffer::server {

/// What the administrative socket has to do with the master key: replacing it, and saying how it
/// stands. The keys are wrapped again by a thread, which begins where an earlier process ended.
/// Safe to call from any thread.
class MasterKeyService {
 public:
  /// `vault` must outlive this. `rewraps_per_second` bounds what the thread does.
  MasterKeyService(Vault& vault, std::int64_t rewraps_per_second);
  ~MasterKeyService() { Stop(); }
  MasterKeyService(const MasterKeyService&) = delete;
  MasterKeyService& operator=(const MasterKeyService&) = delete;

  void Start();
  void Stop();

  /// Brings in the key that the sources give beside the one in use, or, where they give none and
  /// one of them is a file, a fresh one that is written there first. Answers for people; errors
  /// begin with `error: `.
  [[nodiscard]] std::string Rotate();
  /// The same with a new passphrase, which the operator has to know at the next start.
  [[nodiscard]] std::string RotateToPassphrase(std::string_view passphrase);
  [[nodiscard]] MasterKeyReport Report();

 private:
  /// The key to bring in; MasterKeyError when there is none, or more than one.
  [[nodiscard]] SecretBytes FindNewKey();
  [[nodiscard]] SecretBytes MakeKeyInFile(const std::string& file);
  [[nodiscard]] std::string Begin(const std::function<SecretBytes(std::vector<std::byte>&)>& key);

  void Run(const std::stop_token& stop);
  /// True when there is nothing left to do.
  [[nodiscard]] bool Finish(const std::stop_token& stop);
  [[nodiscard]] bool RewrapAll(const std::stop_token& stop);
  /// Takes retired keys out of the file.
  void TidyFile();
  void AdvanceAnchor();

  Vault& vault_;
  std::size_t rewraps_at_once_;
  std::chrono::milliseconds pause_;

  std::mutex rotation_mutex_;  // Guards rotation_ and the key file.
  keyring::MasterKeyRotation rotation_;

  std::mutex wake_mutex_;  // Guards woken_.
  std::condition_variable_any changed_;
  bool woken_ = false;
  std::jthread thread_;
};

}  // namespace coffer::server
