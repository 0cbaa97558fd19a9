#include "store/rotation_store.h"

#include "base/log.h"
#include "json/shape_codec.h"
#include "store/row_encoding.h"
#include "store/sequences.h"
#include "store/sql_text.h"
#include "store/sql_values.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace coffer::store {
namespace {

using secrets::RotationJob;

RowEncoder EncodeForMac(std::int64_t secret_id, const std::optional<Timestamp>& due,
                        std::string_view body) {
  RowEncoder row("rotations");
  row.Integer(secret_id);
  row.OptionalTime(due);
  row.Text(body);
  return row;
}

RowEncoder EncodeForMac(const RotationJob& job, std::string_view body) {
  RowEncoder row("rotation_jobs");
  row.Integer(job.id);
  row.Integer(job.secret_id);
  row.Integer(static_cast<std::int64_t>(job.kind));
  row.Integer(static_cast<std::int64_t>(job.state));
  row.OptionalTime(job.wake_at);
  row.Text(body);
  return row;
}

[[noreturn]] void RefuseRow(std::string_view table, std::int64_t id) {
  throw IntegrityError(std::string(table) + ": the row of " + std::to_string(id) +
                       " is not what the vault wrote");
}

constexpr SqlText kRotationColumns = "secret_id, due_at, body, row_mac";
constexpr auto kFindSql = "SELECT " + kRotationColumns + " FROM rotations WHERE secret_id = $1";
constexpr Statement kFind{kFindSql};
constexpr Statement kPut{
    "INSERT INTO rotations(secret_id, due_at, body, row_mac) VALUES($1, $2, $3, $4) "
    "ON CONFLICT(secret_id) DO UPDATE SET due_at = excluded.due_at, body = excluded.body, "
    "row_mac = excluded.row_mac"};

}  // namespace

StoredRotation RotationStore::ReadRotation(const Row& row) const {
  const std::int64_t secret_id = row.Integer(0);
  StoredRotation stored;
  stored.due = OptionalTimeAt(row, 1);
  const RowEncoder encoded = EncodeForMac(secret_id, stored.due, row.Text(2));
  if (!mac_.Verify(encoded.bytes(), row.Bytes(3))) RefuseRow("rotations", secret_id);
  auto rotation = json::DecodeShape<secrets::Rotation>(row.Text(2));
  if (!rotation) RefuseRow("rotations", secret_id);
  stored.rotation = *std::move(rotation);
  return stored;
}

std::optional<StoredRotation> RotationStore::Find(Transaction& transaction,
                                                  std::int64_t secret_id) const {
  std::optional<StoredRotation> found;
  transaction.Query(kFind, {secret_id}, [&](const Row& row) {
    found = ReadRotation(row);
    return true;
  });
  return found;
}

void RotationStore::Put(Transaction& transaction, std::int64_t secret_id,
                        const StoredRotation& stored) const {
  const std::string body = json::EncodeShape(stored.rotation);
  transaction.Execute(kPut, {secret_id, ToSql(stored.due), std::string_view(body),
                             mac_.Compute(EncodeForMac(secret_id, stored.due, body).bytes())});
}

namespace {

constexpr SqlText kJobColumns = "job_id, secret_id, kind, state, wake_at, body, row_mac";
constexpr auto kSelectJobs = "SELECT " + kJobColumns + " FROM rotation_jobs";
constexpr auto kLiveJobSql = kSelectJobs + " WHERE secret_id = $1 AND is_live = 1";
constexpr auto kJobSql = kSelectJobs + " WHERE job_id = $1";
constexpr auto kJobsSql = kSelectJobs + " WHERE secret_id = $1 ORDER BY job_id DESC";
constexpr auto kLiveJobsSql = kSelectJobs + " WHERE is_live = 1 ORDER BY job_id LIMIT $1";
constexpr auto kHaltedJobsSql =
    kSelectJobs +
    " WHERE is_live = 1 AND secret_id > $1 AND state IN ($2, $3) ORDER BY secret_id LIMIT $4";
constexpr auto kLatestJobsSql = kSelectJobs + " ORDER BY job_id DESC LIMIT $1";
constexpr Statement kLiveJob{kLiveJobSql};
constexpr Statement kJob{kJobSql};
constexpr Statement kJobs{kJobsSql};
constexpr Statement kLiveJobs{kLiveJobsSql};
constexpr Statement kHaltedJobs{kHaltedJobsSql};
constexpr Statement kLatestJobs{kLatestJobsSql};

// A number that no state has is a row that nobody wrote; the MAC says so first.
template <class Enum>
Enum EnumAt(const Row& row, int column) {
  return static_cast<Enum>(row.Integer(column));
}

}  // namespace

RotationJob RotationStore::ReadJob(const Row& row) const {
  const std::int64_t id = row.Integer(0);
  auto job = json::DecodeShape<RotationJob>(row.Text(5));
  if (!job) RefuseRow("rotation_jobs", id);
  job->id = id;
  job->secret_id = row.Integer(1);
  job->kind = EnumAt<secrets::RotationKind>(row, 2);
  job->state = EnumAt<secrets::RotationState>(row, 3);
  job->wake_at = OptionalTimeAt(row, 4);
  if (!mac_.Verify(EncodeForMac(*job, row.Text(5)).bytes(), row.Bytes(6))) {
    RefuseRow("rotation_jobs", id);
  }
  return *std::move(job);
}

std::vector<RotationJob> RotationStore::ReadJobs(Transaction& transaction,
                                                 const Statement& statement,
                                                 SqlParameters parameters) const {
  std::vector<RotationJob> jobs;
  transaction.Query(statement, parameters, [&](const Row& row) {
    jobs.push_back(ReadJob(row));
    return true;
  });
  return jobs;
}

// One that was touched is missing: the others are to go on.
std::vector<RotationJob> RotationStore::ReadSoundJobs(Transaction& transaction,
                                                      const Statement& statement,
                                                      SqlParameters parameters) const {
  std::vector<RotationJob> jobs;
  transaction.Query(statement, parameters, [&](const Row& row) {
    try {
      jobs.push_back(ReadJob(row));
    } catch (const IntegrityError& error) {
      base::log::Error("rotation.unreadable", {{"reason", error.what()}});
    }
    return true;
  });
  return jobs;
}

std::optional<RotationJob> RotationStore::FindLiveJob(Transaction& transaction,
                                                      std::int64_t secret_id) const {
  auto jobs = ReadJobs(transaction, kLiveJob, {secret_id});
  return jobs.empty() ? std::nullopt : std::optional(std::move(jobs.front()));
}

std::optional<RotationJob> RotationStore::FindJob(Transaction& transaction,
                                                  std::int64_t job_id) const {
  auto jobs = ReadJobs(transaction, kJob, {job_id});
  return jobs.empty() ? std::nullopt : std::optional(std::move(jobs.front()));
}

std::vector<RotationJob> RotationStore::Jobs(Transaction& transaction,
                                             std::int64_t secret_id) const {
  return ReadJobs(transaction, kJobs, {secret_id});
}

std::vector<RotationJob> RotationStore::LiveJobs(Transaction& transaction, int limit) const {
  return ReadSoundJobs(transaction, kLiveJobs, {std::int64_t{limit}});
}

std::vector<RotationJob> RotationStore::HaltedJobs(Transaction& transaction,
                                                   std::int64_t after_secret, int limit) const {
  using secrets::RotationState;
  return ReadSoundJobs(transaction, kHaltedJobs,
                       {after_secret, static_cast<std::int64_t>(RotationState::kRunning),
                        static_cast<std::int64_t>(RotationState::kStuck), std::int64_t{limit}});
}

std::vector<RotationJob> RotationStore::LatestJobs(Transaction& transaction, int limit) const {
  return ReadSoundJobs(transaction, kLatestJobs, {std::int64_t{limit}});
}

namespace {

constexpr Statement kInsertJob{
    "INSERT INTO rotation_jobs(job_id, secret_id, kind, state, is_live, wake_at, body, row_mac, "
    "function_arn) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
constexpr Statement kUpdateJob{
    "UPDATE rotation_jobs SET state = $2, is_live = $3, wake_at = $4, body = $5, row_mac = $6 "
    "WHERE job_id = $1"};
// Those whose end has not been told yet stay.
constexpr Statement kForgetJobs{
    "DELETE FROM rotation_jobs WHERE secret_id = $1 AND is_live = 0 AND wake_at IS NULL AND "
    "job_id NOT IN (SELECT job_id FROM rotation_jobs WHERE secret_id = $1 "
    "ORDER BY job_id DESC LIMIT $2)"};

/// The job as it is kept: of its steps the newest.
RotationJob Shortened(const RotationJob& job) {
  RotationJob kept = job;
  if (kept.steps.size() > RotationJob::kMaxSteps) {
    kept.steps.erase(kept.steps.begin(),
                     kept.steps.end() - static_cast<std::ptrdiff_t>(RotationJob::kMaxSteps));
  }
  return kept;
}

}  // namespace

void RotationStore::InsertJob(Transaction& transaction, RotationJob& job) const {
  job.id = NextNumber(transaction, "rotation_jobs");
  const std::string body = json::EncodeShape(Shortened(job));
  transaction.Execute(
      kInsertJob,
      {job.id, job.secret_id, static_cast<std::int64_t>(job.kind),
       static_cast<std::int64_t>(job.state), std::int64_t{job.is_live()}, ToSql(job.wake_at),
       std::string_view(body), mac_.Compute(EncodeForMac(job, body).bytes()),
       std::string_view(job.function_arn)});
  transaction.Execute(kForgetJobs, {job.secret_id, std::int64_t{kRememberedJobs}});
}

void RotationStore::UpdateJob(Transaction& transaction, const RotationJob& job) const {
  const std::string body = json::EncodeShape(Shortened(job));
  const std::int64_t changed = transaction.Execute(
      kUpdateJob,
      {job.id, static_cast<std::int64_t>(job.state), std::int64_t{job.is_live()},
       ToSql(job.wake_at), std::string_view(body), mac_.Compute(EncodeForMac(job, body).bytes())});
  if (changed == 0) throw std::logic_error("a rotation was to be updated that does not exist");
}

namespace {

constexpr Statement kDue{
    "SELECT secret_id FROM rotations WHERE due_at IS NOT NULL AND due_at <= $1 "
    "ORDER BY due_at LIMIT $2"};
constexpr Statement kWaking{
    "SELECT job_id, secret_id, is_live FROM rotation_jobs WHERE wake_at IS NOT NULL AND wake_at <= "
    "$1 "
    "ORDER BY wake_at LIMIT $2"};
constexpr Statement kWakingOf{
    "SELECT job_id, secret_id, is_live FROM rotation_jobs WHERE is_live = 1 AND wake_at IS NOT "
    "NULL "
    "AND function_arn = $1 AND wake_at <= $2 ORDER BY wake_at LIMIT $3"};
// One at a time, as each is one step in the index, however long the queues are.
constexpr Statement kNextFunction{
    "SELECT function_arn FROM rotation_jobs WHERE is_live = 1 AND wake_at IS NOT NULL AND "
    "function_arn > $1 ORDER BY function_arn LIMIT 1"};
constexpr Statement kNextDue{
    "SELECT due_at FROM rotations WHERE due_at IS NOT NULL AND due_at > $1 "
    "ORDER BY due_at LIMIT 1"};
constexpr Statement kNextWake{
    "SELECT wake_at FROM rotation_jobs WHERE wake_at IS NOT NULL AND wake_at > $1 "
    "ORDER BY wake_at LIMIT 1"};

std::vector<WakingJob> ReadWaking(Transaction& transaction, const Statement& statement,
                                  SqlParameters parameters) {
  std::vector<WakingJob> waking;
  transaction.Query(statement, parameters, [&](const Row& row) {
    waking.push_back(
        {.id = row.Integer(0), .secret_id = row.Integer(1), .is_live = row.Integer(2) != 0});
    return true;
  });
  return waking;
}

}  // namespace

std::vector<std::int64_t> RotationStore::DueSecrets(Transaction& transaction, Timestamp now,
                                                    int limit) const {
  std::vector<std::int64_t> due;
  transaction.Query(kDue, {ToSql(now), std::int64_t{limit}}, [&](const Row& row) {
    due.push_back(row.Integer(0));
    return true;
  });
  return due;
}

std::vector<WakingJob> RotationStore::WakingJobs(Transaction& transaction, Timestamp now,
                                                 int limit) const {
  return ReadWaking(transaction, kWaking, {ToSql(now), std::int64_t{limit}});
}

std::vector<WakingJob> RotationStore::WakingJobsOf(Transaction& transaction,
                                                   std::string_view function_arn, Timestamp now,
                                                   int limit) const {
  return ReadWaking(transaction, kWakingOf, {function_arn, ToSql(now), std::int64_t{limit}});
}

std::vector<std::string> RotationStore::WaitingFunctions(Transaction& transaction,
                                                         std::string_view after, int limit) const {
  std::vector<std::string> functions;
  bool is_more = limit > 0;
  while (is_more) {
    is_more = false;
    const std::string last = functions.empty() ? std::string(after) : functions.back();
    transaction.Query(kNextFunction, {std::string_view(last)}, [&](const Row& row) {
      functions.emplace_back(row.Text(0));
      is_more = std::cmp_less(functions.size(), limit);
      return true;
    });
  }
  return functions;
}

std::optional<Timestamp> RotationStore::NextMoment(Transaction& transaction,
                                                   Timestamp after) const {
  std::optional<Timestamp> next;
  for (const Statement* const statement : {&kNextDue, &kNextWake}) {
    transaction.Query(*statement, {ToSql(after)}, [&](const Row& row) {
      const Timestamp moment = TimeAt(row, 0);
      next = next ? std::min(*next, moment) : moment;
      return true;
    });
  }
  return next;
}

namespace {

constexpr auto kAllRotationsSql = "SELECT " + kRotationColumns + " FROM rotations";
constexpr Statement kAllRotations{kAllRotationsSql};
constexpr Statement kAllJobs{kSelectJobs};

}  // namespace

void RotationStore::ForEach(Transaction& transaction,
                            const std::function<void(const IntegrityError&)>& damaged) const {
  const auto check = [&](const auto& read) {
    try {
      (void)read();
    } catch (const IntegrityError& error) {
      damaged(error);
    }
    return true;
  };
  transaction.Query(kAllRotations, {},
                    [&](const Row& row) { return check([&] { return ReadRotation(row); }); });
  transaction.Query(kAllJobs, {},
                    [&](const Row& row) { return check([&] { return ReadJob(row); }); });
}

}  // namespace coffer::store
