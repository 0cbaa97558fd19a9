#pragma once

#include "coffer/clock.h"
#include "coffer/database.h"
#include "coffer/random.h"
#include "coffer/rotation_executor.h"
#include "secrets/rotation_job.h"
#include "secrets/rotation_retries.h"
#include "services/secretsmanager/rotation_state.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::rotation {

namespace sm = services::secretsmanager;

/// A job that was claimed for one attempt, with what the attempt needs.
struct Claim {
  secrets::RotationJob job;
  std::shared_ptr<const secrets::Secret> secret;
  std::vector<std::string> related_secrets;
  SecretBytes rotation_token;  ///< A UUID; only its hash is stored.
};

/// A job and whose it is.
struct JobOfSecret {
  secrets::RotationJob job;
  std::string secret_arn;
};

/// What became of an attempt.
struct Verdict {
  secrets::RotationState state{};         ///< That the job has now.
  std::optional<Timestamp> next_attempt;  ///< While it is waiting.
};

/// The changes that rotations make in the database: each is one transaction and is written down
/// before what it announces is done. Whoever acts for a job holds its fence; a change with an older
/// one is refused, so that a process that was thought dead can do no harm. Not inside a
/// transaction. TakeJob, BeginStep, EndAttempt and Hasten are safe to call from any thread; the
/// others belong to the one that looks for what is due.
class Ledger {
 public:
  /// All must outlive this. `owner` names this process in leases.
  Ledger(Database& database, const sm::Service& service, Random& random,
         secrets::RotationRetryPolicy retries, std::string owner)
      : database_(database),
        service_(service),
        random_(random),
        retries_(std::move(retries)),
        owner_(std::move(owner)) {}

  /// Takes a job whose time has come and begins its first step. Nullopt when there is nothing to do
  /// (any more): it is over, or another one has it.
  [[nodiscard]] std::optional<Claim> TakeJob(std::int64_t job_id, Timestamp now,
                                             std::chrono::seconds lease);
  /// Ends the step that `job` is in and begins the next. False when the job is no longer ours.
  [[nodiscard]] bool BeginStep(secrets::RotationJob& job, RotationStep step, Timestamp now,
                               std::chrono::seconds lease);
  /// Ends the attempt, whose last step went so; its message is redacted. Nullopt when the job is no
  /// longer ours.
  [[nodiscard]] std::optional<Verdict> EndAttempt(secrets::RotationJob& job,
                                                  const StepOutcome& outcome, Timestamp now);

  /// After a restart: what ran is to run again, with the same token, and what was stuck too.
  void Recover(Timestamp now);
  /// Has the job of a secret, if it waits or is stuck, tried now.
  void Hasten(std::int64_t secret_id, Timestamp now);
  /// Begins the rotations that schedules ask for, at most `limit`; answers how many schedules were
  /// looked at.
  [[nodiscard]] int StartDue(Timestamp now, int limit);
  /// Jobs whose time has come, the earliest first, at most `limit`.
  [[nodiscard]] std::vector<store::WakingJob> WakingJobs(Timestamp now, int limit);
  /// The same for jobs of one function that are not over.
  [[nodiscard]] std::vector<store::WakingJob> WakingJobsOf(std::string_view function_arn,
                                                           Timestamp now, int limit);
  /// Functions whose jobs wait, in the order of their ARNs behind `after`, at most `limit`.
  [[nodiscard]] std::vector<std::string> WaitingFunctions(std::string_view after, int limit);
  /// Nullopt when it is gone, or cannot be read.
  [[nodiscard]] std::optional<JobOfSecret> Find(std::int64_t job_id);
  /// Jobs that have ended, to be told now: nobody gets them again.
  [[nodiscard]] std::vector<JobOfSecret> TakeEnded(const std::vector<std::int64_t>& job_ids);
  /// Which of `job_ids` are no more, because their secrets are gone.
  [[nodiscard]] std::vector<std::int64_t> Vanished(const std::vector<std::int64_t>& job_ids);
  [[nodiscard]] std::optional<Timestamp> NextMoment(Timestamp after);

 private:
  [[nodiscard]] std::optional<secrets::RotationJob> FindOurs(Transaction& transaction,
                                                             const secrets::RotationJob& job) const;
  void LookAtSchedule(const sm::RotationScope& scope, std::int64_t secret_id);
  void StartScheduled(const sm::RotationScope& scope, const secrets::Secret& secret,
                      const secrets::Rotation& rotation);
  [[nodiscard]] Verdict Conclude(const sm::RotationScope& scope, secrets::Secret& secret,
                                 secrets::RotationJob& job, const StepOutcome& outcome);
  void Succeed(const sm::RotationScope& scope, const secrets::Secret& secret,
               secrets::RotationJob& job);
  void PlanRetry(const sm::RotationScope& scope, secrets::RotationJob& job,
                 const StepOutcome& outcome);
  [[nodiscard]] std::int64_t RecoverSome(std::int64_t after_secret, Timestamp now);
  [[nodiscard]] std::optional<JobOfSecret> FindReadable(Transaction& transaction,
                                                        std::int64_t job_id);
  [[nodiscard]] double Jitter();
  [[nodiscard]] std::string NewUuid();

  Database& database_;
  const sm::Service& service_;
  Random& random_;
  secrets::RotationRetryPolicy retries_;
  std::string owner_;
  // What cannot be read: secrets whose schedule it is, and jobs. Of the thread that looks for what
  // is due.
  std::set<std::int64_t> damaged_;
  std::set<std::int64_t> damaged_jobs_;
};

}  // namespace coffer::rotation
