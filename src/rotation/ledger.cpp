#include "rotation/ledger.h"

#include "base/encoding.h"
#include "base/log.h"
#include "crypto/digest.h"
#include "secrets/rotation.h"
#include "secrets/rotation_window.h"
#include "secrets/secret_identifier.h"
#include "services/secretsmanager/begin_rotation.h"
#include "services/secretsmanager/replication.h"

#include <array>
#include <utility>

namespace coffer::rotation {
namespace {

using secrets::RotationJob;
using secrets::RotationKind;
using secrets::RotationResult;
using secrets::RotationState;

RotationStep FirstStepOf(const RotationJob& job) {
  return job.kind == RotationKind::kTest ? RotationStep::kTestSecret : RotationStep::kCreateSecret;
}

void OpenStep(RotationJob& job, RotationStep step, Timestamp now, std::chrono::seconds lease) {
  job.steps.push_back(
      {.attempt = job.attempt, .step = std::string(WireName(step)), .started = now});
  job.lease_until = now + lease;
  job.wake_at = job.lease_until;
}

void CloseStep(RotationJob& job, std::string_view outcome, std::string_view error, Timestamp now) {
  if (job.steps.empty() || job.steps.back().ended) return;
  job.steps.back().ended = now;
  job.steps.back().outcome = outcome;
  job.steps.back().error = error;
}

std::string_view OutcomeName(StepOutcome::Kind kind) {
  switch (kind) {
    case StepOutcome::Kind::kSucceeded:
      return "succeeded";
    case StepOutcome::Kind::kFunctionError:
      return "failed";
    case StepOutcome::Kind::kTimedOut:
      return "timed out";
    case StepOutcome::Kind::kInfrastructure:
      return "not run";
  }
  return "";
}

secrets::StagingLabels Without(const secrets::StagingLabels& labels, std::string_view label,
                               std::string_view version_id) {
  if (labels.Holder(label) != version_id) return labels;
  secrets::StagingLabels::Map holders = labels.holders();
  holders.erase(holders.find(label));
  return secrets::StagingLabels(std::move(holders));
}

// Until when the window of a schedule stays open; now when it has closed.
std::optional<Timestamp> WindowEnd(const secrets::Rotation& rotation, Timestamp now) {
  const auto schedule = rotation.schedule();
  if (!schedule) return std::nullopt;
  const auto times = secrets::RotationTimesAt(*schedule, rotation.history(), now);
  return times.open ? times.open->end : now;
}

}  // namespace

std::string Ledger::NewUuid() {
  std::array<std::byte, 16> bytes{};
  random_.Fill(bytes);
  return base::FormatUuid(bytes);
}

double Ledger::Jitter() {
  std::array<std::byte, 2> bytes{};
  random_.Fill(bytes);
  constexpr double kMost = 65535;
  return (std::to_integer<int>(bytes[0]) * 256 + std::to_integer<int>(bytes[1])) / kMost;
}

std::optional<Claim> Ledger::TakeJob(std::int64_t job_id, Timestamp now,
                                     std::chrono::seconds lease) {
  const std::string token = NewUuid();
  std::optional<Claim> claim;
  database_.Write([&](Transaction& transaction) {
    claim.reset();
    const sm::RotationScope scope{service_, transaction, now};
    auto job = service_.rotations.FindJob(transaction, job_id);
    if (!job || !job->is_live() || !job->wake_at || *job->wake_at > now) return;
    const auto secret = service_.secrets.FindById(transaction, job->secret_id);
    const auto stored = service_.rotations.Find(transaction, job->secret_id);
    if (!secret || !stored) return;
    if (secrets::ResultOf(secret->labels, job->version_id) == RotationResult::kWithdrawn) {
      sm::EndJob(scope, secret->labels, *std::move(job), RotationState::kAbandoned);
      return;
    }
    CloseStep(*job, "interrupted", "", now);  // Of an attempt that a crash ended.
    job->state = RotationState::kRunning;
    job->attempt += 1;
    if (!job->first_attempt) job->first_attempt = now;
    job->fence += 1;
    job->lease_owner = owner_;
    job->rotation_token_hash = base::ToHex(crypto::Sha256(base::AsBytes(token)));
    OpenStep(*job, FirstStepOf(*job), now, lease);
    service_.rotations.UpdateJob(transaction, *job);
    claim.emplace(Claim{.job = *std::move(job),
                        .secret = secret,
                        .related_secrets = stored->rotation.related_secrets,
                        .rotation_token = SecretBytes::FromText(token)});
  });
  return claim;
}

// Nullopt when somebody else acts for the job, or it is over.
std::optional<RotationJob> Ledger::FindOurs(Transaction& transaction,
                                            const RotationJob& job) const {
  auto stored = service_.rotations.FindJob(transaction, job.id);
  const bool is_ours =
      stored && stored->state == RotationState::kRunning && stored->fence == job.fence;
  return is_ours ? std::move(stored) : std::nullopt;
}

bool Ledger::BeginStep(RotationJob& job, RotationStep step, Timestamp now,
                       std::chrono::seconds lease) {
  bool is_ours = false;
  database_.Write([&](Transaction& transaction) {
    auto stored = FindOurs(transaction, job);
    is_ours = stored.has_value();
    if (!stored) return;
    CloseStep(*stored, OutcomeName(StepOutcome::Kind::kSucceeded), "", now);
    OpenStep(*stored, step, now, lease);
    service_.rotations.UpdateJob(transaction, *stored);
    job = *std::move(stored);
  });
  return is_ours;
}

std::optional<Verdict> Ledger::EndAttempt(RotationJob& job, const StepOutcome& outcome,
                                          Timestamp now) {
  std::optional<Verdict> verdict;
  database_.Write([&](Transaction& transaction) {
    verdict.reset();
    auto stored = FindOurs(transaction, job);
    if (!stored) return;
    const auto secret = service_.secrets.FindById(transaction, stored->secret_id);
    if (!secret) return;
    secrets::Secret changed = *secret;
    verdict = Conclude({service_, transaction, now}, changed, *stored, outcome);
    sm::KeepReplicasUp({service_, transaction, now}, changed);
    job = *std::move(stored);
  });
  return verdict;
}

Verdict Ledger::Conclude(const sm::RotationScope& scope, secrets::Secret& secret, RotationJob& job,
                         const StepOutcome& outcome) {
  CloseStep(job, OutcomeName(outcome.kind), outcome.message, scope.now);
  if (!outcome.ok()) {
    job.failed_step = job.steps.empty() ? "" : job.steps.back().step;
    job.error_type = outcome.error_type;
    job.error = outcome.message;
  }
  const RotationResult result = secrets::ResultOf(secret.labels, job.version_id);
  if (job.kind == RotationKind::kTest) {
    // AWS: "creates an AWSPENDING version ... and then removes it", whatever the test said.
    const secrets::StagingLabels labels = Without(secret.labels, secrets::kPending, job.version_id);
    if (labels != secret.labels) {
      secret.labels = labels;
      secret.last_changed = scope.now;
      service_.secrets.Update(scope.transaction, secret);
    }
    secrets::Finish(job, outcome.ok() ? RotationState::kTestSucceeded : RotationState::kTestFailed,
                    secret.labels, scope.now);
  } else if (outcome.ok() && result == RotationResult::kPromoted) {
    Succeed(scope, secret, job);
  } else if (result == RotationResult::kWithdrawn) {
    if (outcome.ok()) job.error = "The function took AWSPENDING away and promoted nothing.";
    secrets::Finish(job, RotationState::kFailed, secret.labels, scope.now);
  } else if (outcome.ok()) {
    job.failed_step = WireName(RotationStep::kFinishSecret);
    job.error_type = "Rotation.NotComplete";
    job.error = "finishSecret ended, and AWSCURRENT is not on the new version.";
    PlanRetry(scope, job, outcome);
  } else {
    PlanRetry(scope, job, outcome);
  }
  service_.rotations.UpdateJob(scope.transaction, job);
  return {.state = job.state, .next_attempt = job.is_live() ? job.wake_at : std::nullopt};
}

void Ledger::Succeed(const sm::RotationScope& scope, const secrets::Secret& secret,
                     RotationJob& job) {
  secrets::Finish(job, RotationState::kSucceeded, secret.labels, scope.now);
  auto stored = service_.rotations.Find(scope.transaction, secret.id);
  if (!stored) return;
  stored->rotation.last_rotated = scope.now;
  sm::PutRotation(scope, secret, std::move(stored->rotation));
}

void Ledger::PlanRetry(const sm::RotationScope& scope, RotationJob& job,
                       const StepOutcome& outcome) {
  job.lease_until.reset();
  job.rotation_token_hash.clear();
  job.state = RotationState::kWaiting;
  if (outcome.kind == StepOutcome::Kind::kInfrastructure) {
    if (const auto at = secrets::NextTry(retries_, job, scope.now)) {
      job.infrastructure_failures += 1;
      job.attempt -= 1;
      job.wake_at = at;
      return;
    }
  }
  job.infrastructure_failures = 0;
  std::optional<Timestamp> window_end;
  if (job.is_scheduled) {
    const auto stored = service_.rotations.Find(scope.transaction, job.secret_id);
    if (stored) window_end = WindowEnd(stored->rotation, scope.now);
  }
  job.wake_at = secrets::NextAttempt(retries_, job, scope.now, Jitter(), window_end);
  if (!job.wake_at) job.state = RotationState::kStuck;
}

namespace {

// As if it were the first attempt again, with what it has made so far.
void BeginAnew(RotationJob& job, Timestamp now) {
  job.state = RotationState::kWaiting;
  job.wake_at = now;
  job.attempt = 0;
  job.first_attempt.reset();
  job.infrastructure_failures = 0;
}

}  // namespace

// A database that is down leaves one for each of its secrets: they are taken a few at a time.
void Ledger::Recover(Timestamp now) {
  for (std::int64_t secret_id = 0; secret_id >= 0;) secret_id = RecoverSome(secret_id, now);
}

// Answers the last secret, or -1 when there are no more.
std::int64_t Ledger::RecoverSome(std::int64_t after_secret, Timestamp now) {
  constexpr int kAtOnce = 256;
  std::vector<RotationJob> halted;
  database_.Read([&](Transaction& transaction) {
    halted = service_.rotations.HaltedJobs(transaction, after_secret, kAtOnce);
  });
  if (halted.empty()) return -1;
  database_.Write([&](Transaction& transaction) {
    for (RotationJob& job : service_.rotations.HaltedJobs(transaction, after_secret, kAtOnce)) {
      if (job.state == RotationState::kStuck) {
        BeginAnew(job, now);
      } else {
        CloseStep(job, "interrupted", "", now);
        job.state = RotationState::kWaiting;
        job.attempt -= 1;  // It was not the function's fault.
        job.wake_at = now;
      }
      service_.rotations.UpdateJob(transaction, job);
    }
  });
  return halted.back().secret_id;
}

void Ledger::Hasten(std::int64_t secret_id, Timestamp now) {
  database_.Write([&](Transaction& transaction) {
    auto job = service_.rotations.FindLiveJob(transaction, secret_id);
    if (!job || job->state == RotationState::kRunning) return;
    if (job->state == RotationState::kStuck) BeginAnew(*job, now);
    job->wake_at = now;
    service_.rotations.UpdateJob(transaction, *job);
  });
}

int Ledger::StartDue(Timestamp now, int limit) {
  std::vector<std::int64_t> due;
  const int more = static_cast<int>(damaged_.size());
  database_.Read([&](Transaction& transaction) {
    due = service_.rotations.DueSecrets(transaction, now, limit + more);
  });
  std::erase_if(due, [&](std::int64_t secret_id) { return damaged_.contains(secret_id); });
  if (due.empty()) return 0;
  database_.Write([&](Transaction& transaction) {
    for (const std::int64_t secret_id : due) {
      try {
        LookAtSchedule({service_, transaction, now}, secret_id);
      } catch (const store::IntegrityError& error) {
        // A row that was touched must not hold up the others.
        damaged_.insert(secret_id);
        base::log::Error("rotation.not_scheduled", {{"reason", error.what()}});
      }
    }
  });
  return static_cast<int>(due.size());
}

void Ledger::LookAtSchedule(const sm::RotationScope& scope, std::int64_t secret_id) {
  auto stored = service_.rotations.Find(scope.transaction, secret_id);
  const auto secret = service_.secrets.FindById(scope.transaction, secret_id);
  if (!stored || !secret || !stored->due || *stored->due > scope.now) return;
  const std::uint64_t seed = secrets::RotationSeed(secrets::ArnOf(*secret));
  const secrets::RotationFinding finding = secrets::LookAt(stored->rotation, scope.now, seed);
  if (finding == secrets::RotationFinding::kBegin && !secret->deleted) {
    StartScheduled(scope, *secret, stored->rotation);
    sm::KeepReplicasUp({service_, scope.transaction, scope.now}, *secret);
  } else if (finding == secrets::RotationFinding::kOverdue) {
    base::log::Warning("rotation.overdue", {{"secret", secrets::ArnOf(*secret)}});
  }
  stored->due = finding == secrets::RotationFinding::kNothing
                    ? secrets::NextLook(stored->rotation, scope.now, seed)
                    : secrets::LookInNextWindow(stored->rotation, scope.now, seed);
  service_.rotations.Put(scope.transaction, secret_id, *stored);
}

// A rotation that is not complete is taken up again with its own token.
void Ledger::StartScheduled(const sm::RotationScope& scope, const secrets::Secret& secret,
                            const secrets::Rotation& rotation) {
  auto job = service_.rotations.FindLiveJob(scope.transaction, secret.id);
  if (job && secrets::ResultOf(secret.labels, job->version_id) != RotationResult::kWithdrawn) {
    if (job->state == RotationState::kRunning) return;
    if (job->state == RotationState::kStuck) BeginAnew(*job, scope.now);
    service_.rotations.UpdateJob(scope.transaction, *job);
    return;
  }
  if (secrets::IsRotationIncomplete(secret.labels)) {
    base::log::Warning("rotation.blocked",
                       {{"secret", secrets::ArnOf(secret)},
                        {"reason", "AWSPENDING is on a version that no rotation made"}});
    return;
  }
  secrets::Secret changed = secret;
  sm::BeginRotation(scope, changed, rotation,
                    {.version_id = NewUuid(), .kind = RotationKind::kRotate, .is_scheduled = true});
}

}  // namespace coffer::rotation
