#include "rotation/attempt.h"

#include "base/log.h"
#include "secrets/secret_identifier.h"

#include <array>
#include <exception>
#include <optional>
#include <span>
#include <utility>

namespace coffer::rotation {
namespace {

using secrets::RotationKind;

constexpr std::array kAllSteps{RotationStep::kCreateSecret, RotationStep::kSetSecret,
                               RotationStep::kTestSecret, RotationStep::kFinishSecret};
constexpr std::array kTestAlone{RotationStep::kTestSecret};

std::span<const RotationStep> StepsOf(RotationKind kind) {
  return kind == RotationKind::kTest ? std::span<const RotationStep>(kTestAlone) : kAllSteps;
}

StepOutcome Failure(StepOutcome::Kind kind, std::string type, std::string message) {
  return {.kind = kind, .error_type = std::move(type), .message = std::move(message)};
}

}  // namespace

std::chrono::seconds LeaseOf(const RotationFunction& function) {
  constexpr std::chrono::seconds kMargin{60};
  return std::chrono::seconds(function.timeout_seconds) + kMargin;
}

void Attempt::Run() {
  constexpr std::chrono::seconds kShortLease{60};
  const auto lease = function_ == nullptr ? kShortLease : LeaseOf(*function_);
  auto claim = parts_.ledger.TakeJob(job_id_, parts_.clock.Now(), lease);
  if (!claim) return;
  secret_arn_ = secrets::ArnOf(*claim->secret);
  if (claim->job.attempt == 1) {
    base::log::Info(
        claim->job.kind == RotationKind::kTest ? "TestRotationStarted" : "RotationStarted",
        {{"secret", secret_arn_}, {"version", claim->job.version_id}});
  }
  if (function_ == nullptr) {
    Conclude(*claim, Failure(StepOutcome::Kind::kFunctionError, "Rotation.NoFunction",
                             "Nothing is configured for " + claim->job.function_arn + "."));
    return;
  }
  RunSteps(*claim);
}

void Attempt::RunSteps(Claim& claim) {
  const Timestamp now = parts_.clock.Now();
  const auto lease = LeaseOf(*function_);
  const auto steps = StepsOf(claim.job.kind);
  // Credentials last as long as all steps may take.
  const auto most = lease * static_cast<int>(steps.size());
  const RotationFacts facts{
      .secret_arn = secret_arn_,
      .region = claim.secret->address.region,
      .function_arn = claim.job.function_arn,
      .version_id = claim.job.version_id,
      .rotation_token = std::move(claim.rotation_token),
      .credentials = parts_.access.Issue(*claim.secret, claim.job, now + most)};
  secrets_ = parts_.access.Open(*claim.secret, claim.job);
  ReadValues(claim);
  {
    const std::scoped_lock lock(invocation_mutex_);
    if (stopped_) return;
    invocation_ = parts_.executor_of(function_->kind)
                      ->Begin(*function_, facts, *secrets_,
                              [this](std::string_view line) { lines_.emplace_back(line); });
  }
  StepOutcome outcome;
  for (const RotationStep step : steps) {
    if (step != steps.front() &&
        !parts_.ledger.BeginStep(claim.job, step, parts_.clock.Now(), lease)) {
      outcome = Failure(StepOutcome::Kind::kInfrastructure, "", "");  // Nobody will hear of it.
      break;
    }
    outcome = RunStep(step);
    ReadValues(claim);
    PrintLines();
    if (!outcome.ok()) break;
  }
  Conclude(claim, std::move(outcome));
  const std::scoped_lock lock(invocation_mutex_);
  invocation_.reset();  // Before the facts that it refers to.
}

// A function, or what runs it, may fail in ways that nobody thought of: the rotation has failed
// then, and nothing else.
StepOutcome Attempt::RunStep(RotationStep step) {
  try {
    return RunFunction(step);
  } catch (const std::exception& error) {
    return Failure(StepOutcome::Kind::kInfrastructure, "Rotation.Internal", error.what());
  }
}

StepOutcome Attempt::RunFunction(RotationStep step) {
  // Of a test it is the only step: what it is to test is a copy of the current value.
  if (step == RotationStep::kTestSecret) {
    const auto pending = secrets_->Pending();
    if (pending && !pending->has_value()) {
      StepOutcome copied = CopyCurrent();
      if (!copied.ok()) return copied;
    }
  }
  return invocation_->Run(step);
}

StepOutcome Attempt::CopyCurrent() {
  auto current = secrets_->Labelled(secrets::kCurrent);
  if (!current) {
    return Failure(StepOutcome::Kind::kFunctionError, "Rotation.NoValue", current.error().message);
  }
  std::optional<RotationValue>& value = *current;
  if (!value) {
    return Failure(StepOutcome::Kind::kFunctionError, "Rotation.NoValue",
                   "The secret has no current value that could be tested.");
  }
  const auto put = secrets_->PutPending(std::move(value->value), value->is_binary);
  if (put) return {};
  return Failure(StepOutcome::Kind::kFunctionError, "Rotation.NoValue", put.error().message);
}

void Attempt::Conclude(Claim& claim, StepOutcome outcome) {
  {
    const std::scoped_lock lock(invocation_mutex_);
    if (forgotten_) return;
  }
  outcome.message = redaction_.RedactMessage(outcome.message);
  outcome.error_type = redaction_.RedactMessage(outcome.error_type);
  const auto verdict = parts_.ledger.EndAttempt(claim.job, outcome, parts_.clock.Now());
  if (!verdict || claim.job.failed_step.empty() || !secrets::IsLive(verdict->state)) return;
  // AWS: "Error when executing lambda ... during ... step".
  base::log::Warning("RotationFailed",
                     {{"secret", secret_arn_},
                      {"version", claim.job.version_id},
                      {"request_id", "Rotation-" + secret_arn_ + "-" + claim.job.version_id},
                      {"message", "Error when executing lambda " + claim.job.function_arn +
                                      " during " + claim.job.failed_step + " step"},
                      {"error_type", claim.job.error_type},
                      {"error", claim.job.error},
                      {"attempt", claim.job.attempt},
                      {"state", secrets::NameOf(verdict->state)}});
}

// What cannot be read was not given to the function either.
void Attempt::ReadValues(const Claim& claim) {
  const auto hide = [&](const Result<std::optional<RotationValue>>& value) {
    if (value && *value) redaction_.Add((*value)->value.ExposeText());
  };
  redaction_ = Redaction();
  for (const std::string_view label : {secrets::kCurrent, secrets::kPrevious}) {
    hide(secrets_->Labelled(label));
  }
  hide(secrets_->Pending());
  for (const std::string& related : claim.related_secrets) {
    if (const auto value = secrets_->Related(related)) redaction_.Add(value->value.ExposeText());
  }
}

// After the step, when the value that it may have printed is known.
void Attempt::PrintLines() {
  for (const std::string& line : lines_) {
    base::log::Info("rotation.output",
                    {{"secret", secret_arn_}, {"line", redaction_.Redact(line)}});
  }
  lines_.clear();
}

void Attempt::Stop(bool forget) {
  const std::scoped_lock lock(invocation_mutex_);
  stopped_ = true;
  forgotten_ = forgotten_ || forget;
  if (invocation_) invocation_->Stop();
}

}  // namespace coffer::rotation
