#pragma once

#include "coffer/clock.h"
#include "coffer/database.h"
#include "jobs/clock_guard.h"
#include "store/identity_store.h"
#include "store/secret_store.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace coffer::jobs {

/// The background work of one server, on one thread: writes down on which days values were read and
/// when access keys and roles were used, and purges secrets whose recovery window has ended. What
/// is due is kept in the database, so a restart forgets nothing.
class Housekeeping {
 public:
  struct Options {
    /// Whether the clock was moved by hand: then it is obeyed at once, without ClockGuard.
    std::function<bool()> clock_was_moved = [] { return false; };
    /// Called at each flush_interval and at the end (the anchor against rolled back databases).
    std::function<void()> every_flush = [] {};
    /// Does what is due beside purges, at each look, with a time that ClockGuard confirms.
    std::function<void(Timestamp now)> at_each_look = [](Timestamp) {};
    std::chrono::milliseconds flush_interval{1000};
    std::chrono::milliseconds purge_interval{60'000};  ///< Of uses of identities too.
  };

  /// All references must outlive this.
  Housekeeping(Database& database, store::SecretStore& secrets,
               const store::IdentityStore& identities, const Clock& clock, Options options);
  ~Housekeeping();
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;

  void Start();
  /// Looks at once whether anything is due; after the clock was moved.
  void Wake();
  /// Ends the thread after a last flush.
  void Stop();

  /// One look: does what is due. Public for tests and for Wake's caller.
  void PurgeDue();

 private:
  void Run();
  void Try(const std::function<void()>& work);
  void Flush();
  void FlushUses();
  [[nodiscard]] bool TryToPurge(const secrets::SecretAddress& address, Timestamp now);
  /// Whether it was due and is gone.
  [[nodiscard]] bool Purge(const secrets::SecretAddress& address, Timestamp now);
  [[nodiscard]] std::optional<Timestamp> ConfirmedNow();

  Database& database_;
  store::SecretStore& secrets_;
  const store::IdentityStore& identities_;
  const Clock& clock_;
  Options options_;
  ClockGuard guard_;

  std::mutex mutex_;  // Guards woken_ and stopping_.
  std::condition_variable changed_;
  bool woken_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace coffer::jobs
