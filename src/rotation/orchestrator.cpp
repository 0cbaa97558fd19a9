#include "rotation/orchestrator.h"

#include "base/log.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace coffer::rotation {
namespace {

constexpr int kLookedAtOnce = 100;
constexpr int kJobsLookedAt = 256;
constexpr int kFunctionsLookedAt = 64;
/// However far the next time is: clocks are set, and this costs two look-ups in an index.
constexpr std::chrono::milliseconds kLongestWait{60'000};

void Tell(const JobOfSecret& ending) {
  using secrets::RotationState;
  const secrets::RotationJob& job = ending.job;
  std::string_view event;
  switch (job.state) {
    case RotationState::kSucceeded:
      event = "RotationSucceeded";
      break;
    case RotationState::kFailed:
      event = "RotationFailed";
      break;
    case RotationState::kAbandoned:
      event = "RotationAbandoned";
      break;
    case RotationState::kCancelled:
      event = "RotationCancelled";
      break;
    case RotationState::kTestSucceeded:
      event = "TestRotationSucceeded";
      break;
    case RotationState::kTestFailed:
      event = "TestRotationFailed";
      break;
    case RotationState::kWaiting:
    case RotationState::kRunning:
    case RotationState::kStuck:
      return;
  }
  const bool is_failure =
      job.state == RotationState::kFailed || job.state == RotationState::kTestFailed;
  const std::string request_id = "Rotation-" + ending.secret_arn + "-" + job.version_id;
  if (is_failure) {
    base::log::Warning(event, {{"secret", ending.secret_arn},
                               {"version", job.version_id},
                               {"request_id", request_id},
                               {"step", job.failed_step},
                               {"error_type", job.error_type},
                               {"error", job.error}});
  } else {
    base::log::Info(event, {{"secret", ending.secret_arn},
                            {"version", job.version_id},
                            {"request_id", request_id},
                            {"attempts", job.attempt}});
  }
}

}  // namespace

Orchestrator::Orchestrator(AttemptParts parts, const secrets::FunctionRegistry& functions,
                           Options options)
    : parts_(std::move(parts)),
      functions_(functions),
      options_(options),
      pace_(options.scheduled_per_second) {}

Orchestrator::~Orchestrator() { Stop(); }

void Orchestrator::Start() {
  try {
    parts_.ledger.Recover(parts_.clock.Now());
  } catch (const std::exception& error) {
    // A row that was touched must not keep the vault closed. What ran is taken up when its lease
    // ends, what was stuck in its next window.
    base::log::Error("rotation.not_recovered", {{"reason", error.what()}});
  }
  threads_.emplace_back([this] { Look(); });
  for (std::size_t i = 0; i < options_.concurrency; ++i) {
    threads_.emplace_back([this] { Work(); });
  }
}

void Orchestrator::Wake() {
  const std::scoped_lock lock(mutex_);
  is_woken_ = true;
  woken_.notify_one();
}

void Orchestrator::OnRotationWanted(std::int64_t secret_id) {
  const std::scoped_lock lock(mutex_);
  wanted_.push_back(secret_id);
  is_woken_ = true;
  woken_.notify_one();
}

void Orchestrator::Stop() {
  if (threads_.empty()) return;
  {
    std::unique_lock lock(mutex_);
    is_stopping_ = true;
    for (const std::int64_t id : queue_) running_.erase(id);  // They have not begun.
    queue_.clear();
    woken_.notify_all();
    handed_out_.notify_all();
    finished_.wait_for(lock, options_.patience, [this] { return running_.empty(); });
    for (const auto& [id, running] : running_) running.attempt->Stop(/*forget=*/true);
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Orchestrator::Look() {
  while (true) {
    try {
      LookOnce();
    } catch (const std::exception& error) {
      // A failing disk is reported and tried again; it must not end the thread.
      base::log::Error("rotation.failed_to_look", {{"reason", error.what()}});
    }
    const std::chrono::milliseconds wait = UntilNextLook();
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, wait, [this] { return is_woken_ || is_stopping_; });
    is_woken_ = false;
    if (is_stopping_) return;
  }
}

void Orchestrator::LookOnce() {
  std::vector<std::int64_t> wanted;
  {
    const std::scoped_lock lock(mutex_);
    wanted.swap(wanted_);
  }
  for (const std::int64_t secret_id : wanted) {
    try {
      parts_.ledger.Hasten(secret_id, parts_.clock.Now());
    } catch (const std::exception& error) {
      base::log::Error("rotation.not_hastened", {{"reason", error.what()}});
    }
  }
  StartDue();
  HandOut();
  StopVanished();
}

void Orchestrator::StartDue() {
  const int allowed = std::min(pace_.Available(std::chrono::steady_clock::now()), kLookedAtOnce);
  const int looked = allowed == 0 ? 0 : parts_.ledger.StartDue(parts_.clock.Now(), allowed);
  pace_.Spend(looked);
  has_backlog_ = looked == allowed;
}

void Orchestrator::HandOut() {
  std::vector<store::WakingJob> live;
  std::vector<std::int64_t> ended;
  const auto waking = parts_.ledger.WakingJobs(parts_.clock.Now(), kJobsLookedAt);
  for (const store::WakingJob& job : waking) {
    job.is_live ? live.push_back(job) : ended.push_back(job.id);
  }
  for (const std::int64_t id : ended) functions_of_jobs_.erase(id);
  for (const JobOfSecret& ending : parts_.ledger.TakeEnded(ended)) Tell(ending);
  const bool has_room = HandOut(live);
  if (has_room && waking.size() >= static_cast<std::size_t>(kJobsLookedAt)) HandOutByFunction();
}

// Where one function has a long queue, those of others may stand behind all of it: it is not read,
// but each function's own asked for. Of many functions some at a time, in turn.
void Orchestrator::HandOutByFunction() {
  const int jobs = 2 * static_cast<int>(options_.concurrency);  // As many again may not have begun.
  const bool is_from_the_start = last_function_.empty();
  const auto functions = parts_.ledger.WaitingFunctions(last_function_, kFunctionsLookedAt);
  const bool is_to_the_end = functions.size() < static_cast<std::size_t>(kFunctionsLookedAt);
  if (is_from_the_start) {  // Those of before functions were written down.
    if (!HandOut(parts_.ledger.WakingJobsOf("", parts_.clock.Now(), jobs))) return;
  }
  for (const std::string& function : functions) {
    if (!HandOut(parts_.ledger.WakingJobsOf(function, parts_.clock.Now(), jobs))) return;
    last_function_ = function;
  }
  if (is_to_the_end) last_function_.clear();
  if (!is_from_the_start || !is_to_the_end) has_backlog_ = true;
}

// Answers whether more could run.
bool Orchestrator::HandOut(const std::vector<store::WakingJob>& live) {
  for (const store::WakingJob& job : live) {
    const RotationFunction* const function = FunctionOf(job.id);
    const std::scoped_lock lock(mutex_);
    if (is_stopping_ || running_.size() >= options_.concurrency) return false;
    if (!MayRun(function, job.secret_id)) continue;
    running_.emplace(job.id, Running{std::make_shared<Attempt>(parts_, job.id, function), function,
                                     job.secret_id});
    queue_.push_back(job.id);
    handed_out_.notify_one();
  }
  return true;
}

// Null when there is none, for this secret; the attempt says so then.
const RotationFunction* Orchestrator::FunctionOf(std::int64_t job_id) {
  constexpr std::size_t kMost = 1U << 12U;
  const auto known = functions_of_jobs_.find(job_id);
  if (known != functions_of_jobs_.end()) return known->second;
  const auto found = parts_.ledger.Find(job_id);
  if (!found) return nullptr;
  if (functions_of_jobs_.size() >= kMost) functions_of_jobs_.clear();
  const RotationFunction* const function =
      functions_.Find(found->job.function_arn, found->secret_arn);
  functions_of_jobs_.emplace(job_id, function);
  return function;
}

// With mutex_ held. What was cancelled or abandoned may still be in its last step: until that is
// over the next rotation of the same secret waits, as both change one password.
bool Orchestrator::MayRun(const RotationFunction* function, std::int64_t secret_id) const {
  const auto is_same_secret = [&](const auto& entry) {
    return entry.second.secret_id == secret_id;
  };
  if (std::ranges::any_of(running_, is_same_secret)) return false;
  if (function == nullptr) return true;
  const auto same = std::ranges::count_if(
      running_, [&](const auto& entry) { return entry.second.function == function; });
  return static_cast<std::size_t>(same) < function->concurrency;
}

// A secret that was deleted by force takes its rotation with it, as it stands.
void Orchestrator::StopVanished() {
  std::vector<std::int64_t> ids;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [id, running] : running_) ids.push_back(id);
  }
  const auto vanished = parts_.ledger.Vanished(ids);
  const std::scoped_lock lock(mutex_);
  for (const std::int64_t id : vanished) {
    const auto found = running_.find(id);
    if (found != running_.end()) found->second.attempt->Stop(/*forget=*/true);
  }
}

std::chrono::milliseconds Orchestrator::UntilNextLook() {
  try {
    if (has_backlog_) return pace_.Pause();
    const Timestamp now = parts_.clock.Now();
    const auto next = parts_.ledger.NextMoment(now);
    if (!next) return kLongestWait;
    return std::clamp<std::chrono::milliseconds>(*next - now, std::chrono::milliseconds(1),
                                                 kLongestWait);
  } catch (const std::exception&) {
    return std::chrono::seconds(1);  // LookOnce will say what is wrong.
  }
}

void Orchestrator::Work() {
  while (true) {
    std::int64_t id = 0;
    std::shared_ptr<Attempt> attempt;
    {
      std::unique_lock lock(mutex_);
      handed_out_.wait(lock, [this] { return is_stopping_ || !queue_.empty(); });
      if (is_stopping_) return;
      id = queue_.front();
      queue_.pop_front();
      attempt = running_.at(id).attempt;
    }
    try {
      attempt->Run();
    } catch (const std::exception& error) {
      base::log::Error("rotation.failed_to_run", {{"reason", error.what()}});
    }
    const std::scoped_lock lock(mutex_);
    running_.erase(id);
    is_woken_ = true;
    woken_.notify_one();
    finished_.notify_all();
  }
}

}  // namespace coffer::rotation
