#pragma once

#include "coffer/clock.h"
#include "coffer/database.h"
#include "secrets/rotation.h"
#include "secrets/rotation_job.h"
#include "store/row_mac.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::store {

/// A secret's rotation and when its schedule has to be looked at.
struct StoredRotation {
  secrets::Rotation rotation;
  std::optional<Timestamp> due;

  bool operator==(const StoredRotation&) const = default;
};

/// A job whose time has come, by its row alone.
struct WakingJob {
  std::int64_t id = 0;
  std::int64_t secret_id = 0;
  bool is_live = true;  ///< Otherwise it has ended, and that has not been told.
};

/// How secrets are rotated, and the rotations themselves. What belongs to a secret ends with it.
/// Rows are authenticated when they are loaded (IntegrityError otherwise). Safe to call from any
/// thread; a Transaction belongs to one.
class RotationStore {
 public:
  /// Jobs that are over are kept until a secret has more than this.
  static constexpr int kRememberedJobs = 20;

  /// `mac` must outlive the store.
  explicit RotationStore(const RowMac& mac) : mac_(mac) {}

  [[nodiscard]] std::optional<StoredRotation> Find(Transaction& transaction,
                                                   std::int64_t secret_id) const;
  void Put(Transaction& transaction, std::int64_t secret_id, const StoredRotation& stored) const;

  /// The one that is not over; a secret has one at most.
  [[nodiscard]] std::optional<secrets::RotationJob> FindLiveJob(Transaction& transaction,
                                                                std::int64_t secret_id) const;
  [[nodiscard]] std::optional<secrets::RotationJob> FindJob(Transaction& transaction,
                                                            std::int64_t job_id) const;
  /// Newest first.
  [[nodiscard]] std::vector<secrets::RotationJob> Jobs(Transaction& transaction,
                                                       std::int64_t secret_id) const;
  /// Sets the job's id; forgets the oldest ones beyond kRememberedJobs.
  void InsertJob(Transaction& transaction, secrets::RotationJob& job) const;
  void UpdateJob(Transaction& transaction, const secrets::RotationJob& job) const;

  /// Secrets whose due time is at or before `now`, the earliest first, at most `limit`. Rows are
  /// not authenticated here; the caller finds each again.
  [[nodiscard]] std::vector<std::int64_t> DueSecrets(Transaction& transaction, Timestamp now,
                                                     int limit) const;
  /// The same for jobs and their wake_at.
  [[nodiscard]] std::vector<WakingJob> WakingJobs(Transaction& transaction, Timestamp now,
                                                  int limit) const;
  /// The same for the jobs of one function that are not over.
  [[nodiscard]] std::vector<WakingJob> WakingJobsOf(Transaction& transaction,
                                                    std::string_view function_arn, Timestamp now,
                                                    int limit) const;
  /// Functions whose jobs wait, for whatever time, in the order of their ARNs behind `after`, at
  /// most `limit`.
  [[nodiscard]] std::vector<std::string> WaitingFunctions(Transaction& transaction,
                                                          std::string_view after, int limit) const;
  /// The earliest of all due and wake times after `after`.
  [[nodiscard]] std::optional<Timestamp> NextMoment(Transaction& transaction,
                                                    Timestamp after) const;
  /// Jobs that are not over, oldest first, at most `limit`. Those that were touched are logged
  /// and left out, here and of the halted and the newest.
  [[nodiscard]] std::vector<secrets::RotationJob> LiveJobs(Transaction& transaction,
                                                           int limit) const;
  /// Jobs that run or are stuck, of secrets behind `after_secret`, in their order, at most `limit`.
  [[nodiscard]] std::vector<secrets::RotationJob> HaltedJobs(Transaction& transaction,
                                                             std::int64_t after_secret,
                                                             int limit) const;
  /// The newest jobs of all secrets, newest first, at most `limit`.
  [[nodiscard]] std::vector<secrets::RotationJob> LatestJobs(Transaction& transaction,
                                                             int limit) const;

  /// Reads every row; calls `damaged` for each that is not what the vault wrote. For verification.
  void ForEach(Transaction& transaction,
               const std::function<void(const IntegrityError&)>& damaged) const;

 private:
  [[nodiscard]] StoredRotation ReadRotation(const Row& row) const;
  [[nodiscard]] secrets::RotationJob ReadJob(const Row& row) const;
  [[nodiscard]] std::vector<secrets::RotationJob> ReadJobs(Transaction& transaction,
                                                           const Statement& statement,
                                                           SqlParameters parameters) const;
  [[nodiscard]] std::vector<secrets::RotationJob> ReadSoundJobs(Transaction& transaction,
                                                                const Statement& statement,
                                                                SqlParameters parameters) const;

  const RowMac& mac_;
};

}  // namespace coffer::store
