#include "jobs/housekeeping.h"

#include "base/log.h"
#include "secrets/secret_identifier.h"

#include <ctime>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace coffer::jobs {
namespace {

constexpr int kPurgedAtOnce = 100;
constexpr int kBatchesAtOnce = 100;

BootTime SinceBoot() {
  timespec now{};
  (void)::clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::milliseconds(now.tv_nsec / 1'000'000);
}

}  // namespace

Housekeeping::Housekeeping(Database& database, store::SecretStore& secrets,
                           const store::IdentityStore& identities, const Clock& clock,
                           Options options)
    : database_(database),
      secrets_(secrets),
      identities_(identities),
      clock_(clock),
      options_(std::move(options)) {}

Housekeeping::~Housekeeping() { Stop(); }

void Housekeeping::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Housekeeping::Wake() {
  const std::scoped_lock lock(mutex_);
  woken_ = true;
  changed_.notify_one();
}

void Housekeeping::Stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void Housekeeping::Run() {
  auto next_purge = std::chrono::steady_clock::now();
  bool stopping = false;
  while (!stopping) {
    bool woken = false;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, options_.flush_interval, [this] { return woken_ || stopping_; });
      woken = std::exchange(woken_, false);
      stopping = stopping_;
    }
    const auto now = std::chrono::steady_clock::now();
    const bool is_due = woken || now >= next_purge;
    // One by one: what fails must not keep the others from their work.
    Try([this] { Flush(); });
    if (is_due || stopping) Try([this] { FlushUses(); });
    Try(options_.every_flush);
    if (is_due) {
      Try([this] { PurgeDue(); });
      next_purge = now + options_.purge_interval;
    }
  }
}

// A failing disk is reported and tried again; it must not end the thread.
void Housekeeping::Try(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& error) {
    base::log::Error("housekeeping.failed", {{"reason", error.what()}});
  }
}

void Housekeeping::Flush() {
  // Bounded, so that a server that reads without pause can still be stopped.
  for (int batch = 0; batch < kBatchesAtOnce && secrets_.HasPendingAccesses(); ++batch) {
    database_.Write([this](Transaction& transaction) { secrets_.FlushAccesses(transaction); });
  }
}

void Housekeeping::FlushUses() {
  store::IdentityUses& uses = identities_.uses();
  const store::IdentityUses::ById pending = uses.Pending();
  if (pending.empty()) return;
  database_.Write([&](Transaction& transaction) { uses.Write(transaction, pending); });
  uses.Forget(pending);
}

std::optional<Timestamp> Housekeeping::ConfirmedNow() {
  const Timestamp now = clock_.Now();
  if (options_.clock_was_moved()) return now;
  return guard_.Confirm(now, SinceBoot());
}

void Housekeeping::PurgeDue() {
  const std::optional<Timestamp> now = ConfirmedNow();
  if (!now) return;
  Try([&] { options_.at_each_look(*now); });
  int kept = 0;  // At the head of the queue.
  std::vector<secrets::SecretAddress> due;
  do {
    database_.Read([&](Transaction& transaction) {
      due = secrets_.DueForPurge(transaction, *now, kPurgedAtOnce, kept);
    });
    for (const secrets::SecretAddress& address : due) {
      if (!TryToPurge(address, *now)) ++kept;
    }
  } while (due.size() == std::size_t{kPurgedAtOnce});
}

bool Housekeeping::TryToPurge(const secrets::SecretAddress& address, Timestamp now) {
  try {
    return Purge(address, now);
  } catch (const store::IntegrityError& error) {
    // A row that was touched is not purged on its own word, and must not stop the others.
    base::log::Error("secret.not_purged", {{"reason", error.what()}});
    return false;
  }
}

bool Housekeeping::Purge(const secrets::SecretAddress& address, Timestamp now) {
  std::string arn;
  database_.Write([&](Transaction& transaction) {
    arn.clear();
    // Restored, or made anew, since it was found?
    const auto secret = secrets_.Find(transaction, address);
    if (!secret || !secret->purge_at || *secret->purge_at > now) return;
    secrets_.Remove(transaction, *secret);
    arn = secrets::ArnOf(*secret);
  });
  if (arn.empty()) return false;
  base::log::Info("secret.purged", {{"arn", arn}});
  return true;
}

}  // namespace coffer::jobs
