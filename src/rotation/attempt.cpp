#include "rotation/attempt.h"

#include "base/log.h"
#include "secrets/secret_identifier.h"

#include <array>
#include <cstring>
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
  if (claim->job.steps.size() == 1) {  // What was no attempt does not begin it anew.
    base::log::Info(
        claim->job.kind == RotationKind::kTest ? "TestRotationStarted" : "RotationStarted",
        {{"secret", secret_arn_}, {"version", claim->job.version_id}});
  }
  if (function_ == nullptr) {
    Conclude(*claim, Failure(StepOutcome::Kind::kFunctionError, "Rotation.NoFunction",
                             "Nothing is configured for " + claim->job.function_arn + "."));
    return;
  }
  try {
    RunSteps(*claim);
  } catch (const std::exception& error) {
    Conclude(*claim,
             Failure(StepOutcome::Kind::kInfrastructure, "Rotation.Internal", error.what()));
  }
}

void Attempt::RunSteps(Claim& claim) {
  const Timestamp now = parts_.clock.Now();
  const auto lease = LeaseOf(*function_);
  const auto steps = StepsOf(claim.job.kind);
  is_test_ = claim.job.kind == RotationKind::kTest;
  // Credentials last as long as all steps may take.
  const auto most = lease * static_cast<int>(steps.size());
  facts_.emplace(
      RotationFacts{.secret_arn = secret_arn_,
                    .region = claim.secret->address.region,
                    .function_arn = claim.job.function_arn,
                    .version_id = claim.job.version_id,
                    .rotation_token = std::move(claim.rotation_token),
                    .credentials = parts_.access.Issue(*claim.secret, claim.job, now + most)});
  secrets_ = parts_.access.Open(*claim.secret, claim.job);
  redaction_.Add(facts_->rotation_token.ExposeText());
  redaction_.Add(facts_->credentials.secret_access_key.ExposeText());
  redaction_.Add(facts_->credentials.session_token.ExposeText());
  ReadValues(claim);
  {
    const std::scoped_lock lock(invocation_mutex_);
    if (stopped_) return;
    invocation_ = parts_.executor_of(function_->kind)
                      ->Begin(*function_, *facts_, *secrets_,
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
  invocation_.reset();
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
  // What a test is to test is a copy of the current value. In a rotation that would hide that the
  // function has made none.
  if (is_test_) {
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
  redaction_.RedactInPlace(outcome.message);
  redaction_.RedactInPlace(outcome.error_type);
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

// What cannot be read was not given to the function either, unless the attempt has been ended from
// outside. Nothing is forgotten, so that then at least the values from before stay hidden.
void Attempt::ReadValues(const Claim& claim) {
  const auto hide = [&](const Result<std::optional<RotationValue>>& value) {
    if (value && *value) redaction_.Add((*value)->value.ExposeText());
  };
  std::vector<std::string> related = claim.related_secrets;
  const Result<std::optional<RotationValue>> current = secrets_->Labelled(secrets::kCurrent);
  hide(current);
  if (current) {
    // The operator may have allowed what whoever called RotateSecret could not read.
    const std::optional<RotationValue>& value = *current;
    const std::string_view text = value ? value->value.ExposeText() : std::string_view();
    for (std::string& named : sm::RelatedSecretsNamedIn(text)) related.push_back(std::move(named));
  }
  hide(secrets_->Labelled(secrets::kPrevious));
  const auto pending = secrets_->Pending();
  hide(pending);
  knows_pending_ = pending.has_value();
  for (const std::string& secret : related) {
    if (unreadable_.contains(secret)) continue;  // Each refusal is a line of the log.
    if (const auto value = secrets_->Related(secret)) {
      redaction_.Add(value->value.ExposeText());
    } else {
      unreadable_.insert(secret);
    }
  }
}

// After the step, when the value that it may have printed is known. Where it is not (the rotation
// was cancelled or abandoned meanwhile), nobody can tell what is secret in the lines.
void Attempt::PrintLines() {
  if (!knows_pending_ && !lines_.empty()) {
    base::log::Info("rotation.output_withheld",
                    {{"secret", secret_arn_}, {"lines", lines_.size()}});
    ForgetLines();
  }
  for (const std::string& line : lines_) {
    base::log::Info("rotation.output",
                    {{"secret", secret_arn_}, {"line", redaction_.Redact(line)}});
  }
  ForgetLines();
}

void Attempt::ForgetLines() {
  for (std::string& line : lines_) ::explicit_bzero(line.data(), line.size());
  lines_.clear();
}

void Attempt::Stop(bool forget) {
  const std::scoped_lock lock(invocation_mutex_);
  stopped_ = true;
  forgotten_ = forgotten_ || forget;
  if (invocation_) invocation_->Stop();
}

}  // namespace coffer::rotation
