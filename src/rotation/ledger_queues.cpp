// What waits, and what has ended: the part of the ledger that the thread that looks asks for.

#include "base/log.h"
#include "rotation/ledger.h"
#include "secrets/secret_identifier.h"

#include <utility>

namespace coffer::rotation {

std::vector<store::WakingJob> Ledger::WakingJobs(Timestamp now, int limit) {
  std::vector<store::WakingJob> waking;
  database_.Read([&](Transaction& transaction) {
    waking = service_.rotations.WakingJobs(transaction, now,
                                           limit + static_cast<int>(damaged_jobs_.size()));
  });
  std::erase_if(waking, [&](const auto& job) { return damaged_jobs_.contains(job.id); });
  return waking;
}

std::vector<store::WakingJob> Ledger::WakingJobsOf(std::string_view function_arn, Timestamp now,
                                                   int limit) {
  std::vector<store::WakingJob> waking;
  const int more = static_cast<int>(damaged_jobs_.size());
  database_.Read([&](Transaction& transaction) {
    waking = service_.rotations.WakingJobsOf(transaction, function_arn, now, limit + more);
  });
  std::erase_if(waking, [&](const auto& job) { return damaged_jobs_.contains(job.id); });
  return waking;
}

std::vector<std::string> Ledger::WaitingFunctions(std::string_view after, int limit) {
  std::vector<std::string> functions;
  database_.Read([&](Transaction& transaction) {
    functions = service_.rotations.WaitingFunctions(transaction, after, limit);
  });
  return functions;
}

// A row that was touched must not hold up the others.
std::optional<JobOfSecret> Ledger::FindReadable(Transaction& transaction, std::int64_t job_id) {
  try {
    auto job = service_.rotations.FindJob(transaction, job_id);
    if (!job) return std::nullopt;
    const auto secret = service_.secrets.FindById(transaction, job->secret_id);
    if (!secret) return std::nullopt;
    return JobOfSecret{.job = *std::move(job), .secret_arn = secrets::ArnOf(*secret)};
  } catch (const store::IntegrityError& error) {
    damaged_jobs_.insert(job_id);
    base::log::Error("rotation.not_run", {{"reason", error.what()}});
    return std::nullopt;
  }
}

std::optional<JobOfSecret> Ledger::Find(std::int64_t job_id) {
  std::optional<JobOfSecret> found;
  database_.Read([&](Transaction& transaction) { found = FindReadable(transaction, job_id); });
  return found;
}

std::vector<JobOfSecret> Ledger::TakeEnded(const std::vector<std::int64_t>& job_ids) {
  std::vector<JobOfSecret> ended;
  if (job_ids.empty()) return ended;
  database_.Write([&](Transaction& transaction) {
    ended.clear();
    for (const std::int64_t id : job_ids) {
      auto found = FindReadable(transaction, id);
      if (!found || found->job.is_live() || !found->job.wake_at) continue;
      found->job.wake_at.reset();
      service_.rotations.UpdateJob(transaction, found->job);
      ended.push_back(*std::move(found));
    }
  });
  return ended;
}

std::vector<std::int64_t> Ledger::Vanished(const std::vector<std::int64_t>& job_ids) {
  std::vector<std::int64_t> vanished;
  if (job_ids.empty()) return vanished;
  database_.Read([&](Transaction& transaction) {
    for (const std::int64_t id : job_ids) {
      if (!service_.rotations.FindJob(transaction, id)) vanished.push_back(id);
    }
  });
  return vanished;
}

std::optional<Timestamp> Ledger::NextMoment(Timestamp after) {
  std::optional<Timestamp> next;
  database_.Read(
      [&](Transaction& transaction) { next = service_.rotations.NextMoment(transaction, after); });
  return next;
}

}  // namespace coffer::rotation
