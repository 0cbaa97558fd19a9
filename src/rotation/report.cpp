#include "rotation/report.h"

#include "base/show_time.h"
#include "secrets/messages.h"
#include "secrets/rotation.h"
#include "secrets/rotation_job.h"
#include "secrets/secret_identifier.h"

#include <chrono>
#include <memory>
#include <string_view>

namespace coffer::rotation {
namespace {

namespace sm = services::secretsmanager;
using secrets::RotationJob;

constexpr int kListed = 50;
constexpr int kLiveListed = 1000;

std::string Padded(std::string_view text, std::size_t width) {
  std::string padded(text);
  if (padded.size() < width) padded.append(width - padded.size(), ' ');
  return padded + " ";
}

std::string LineOf(const RotationJob& job) {
  std::string line = Padded(base::ShowTime(job.created), 20) + Padded(NameOf(job.state), 14) +
                     "attempt " + std::to_string(job.attempt);
  if (job.is_live() && job.wake_at && job.state == secrets::RotationState::kWaiting) {
    line += ", next " + base::ShowTime(*job.wake_at);
  }
  if (!job.failed_step.empty() && job.state != secrets::RotationState::kSucceeded) {
    line += ", failed in " + job.failed_step + ": " + job.error_type + " " + job.error;
  }
  return line;
}

std::string LabelsOf(const std::vector<secrets::LabelHolder>& holders) {
  std::string text;
  for (const secrets::LabelHolder& holder : holders) {
    text.append(text.empty() ? "" : "  ")
        .append(holder.label)
        .append(" ")
        .append(holder.version_id);
  }
  return text.empty() ? "none" : text;
}

std::string DetailsOf(const RotationJob& job) {
  std::string text = LineOf(job) + "\n  version  " + job.version_id + "\n  function " +
                     job.function_arn + (job.is_scheduled ? "\n  begun by the schedule" : "") +
                     "\n  before   " + LabelsOf(job.labels_before) + "\n";
  if (job.finished) text += "  after    " + LabelsOf(job.labels_after) + "\n";
  for (const secrets::RotationStepRecord& step : job.steps) {
    text += "  " + Padded(std::to_string(step.attempt), 3) + Padded(step.step, 13) +
            Padded(base::ShowTime(step.started), 20);
    if (!step.ended) {
      text += "running\n";
      continue;
    }
    text += Padded(std::to_string((*step.ended - step.started).count()) + " ms", 10) + step.outcome;
    text += step.error.empty() ? "\n" : ": " + step.error + "\n";
  }
  return text;
}

std::string ScheduleOf(const secrets::Rotation& rotation) {
  std::string text = rotation.is_enabled ? "on" : "off";
  if (rotation.automatically_after_days) {
    text += ", every " + std::to_string(*rotation.automatically_after_days) + " days";
  }
  if (rotation.schedule_expression) text += ", " + *rotation.schedule_expression;
  if (rotation.duration) text += ", window " + *rotation.duration;
  if (rotation.last_rotated) text += "\nlast     " + base::ShowTime(*rotation.last_rotated);
  const auto schedule = rotation.schedule();
  if (rotation.is_enabled && schedule) {
    text +=
        "\nnext     by " + base::ShowTime(secrets::NextRotationDate(*schedule, rotation.history()));
  }
  return text;
}

Result<std::shared_ptr<const secrets::Secret>> FindSecret(const sm::Service& service,
                                                          Transaction& transaction,
                                                          const ReportQuestion& question) {
  ASSIGN_OR_RETURN(const secrets::SecretIdentifier identifier,
                   secrets::ParseSecretIdentifier(question.secret));
  auto secret = service.secrets.Find(
      transaction, {identifier.account.value_or(question.account),
                    identifier.region.value_or(question.region), identifier.name});
  if (!secret) return std::unexpected(secrets::SecretNotFound());
  return secret;
}

}  // namespace

std::string ListRotations(const sm::Service& service, Transaction& transaction) {
  std::string text;
  const auto add = [&](const RotationJob& job) {
    const auto secret = service.secrets.FindById(transaction, job.secret_id);
    if (secret) text += secrets::ArnOf(*secret) + "\n  " + LineOf(job) + "\n";
  };
  const auto live = service.rotations.LiveJobs(transaction, kLiveListed);
  for (const RotationJob& job : live) add(job);
  if (live.size() == static_cast<std::size_t>(kLiveListed)) {
    text += "(of those that are not over, the oldest " + std::to_string(kLiveListed) + ")\n";
  }
  for (const RotationJob& job : service.rotations.LatestJobs(transaction, kListed)) {
    if (!job.is_live()) add(job);
  }
  return text.empty() ? "No rotation has happened yet.\n" : text;
}

Result<std::string> ShowRotation(const sm::Service& service, Transaction& transaction,
                                 const ReportQuestion& question) {
  ASSIGN_OR_RETURN(const auto secret, FindSecret(service, transaction, question));
  const auto stored = service.rotations.Find(transaction, secret->id);
  std::string text = secrets::ArnOf(*secret) + "\n";
  if (!stored) return text + "rotation was never configured\n";
  text += "rotation " + ScheduleOf(stored->rotation) + "\nfunction " +
          stored->rotation.function_arn + "\nlabels   " +
          LabelsOf(secrets::HoldersOf(secret->labels)) + "\n";
  for (const RotationJob& job : service.rotations.Jobs(transaction, secret->id)) {
    text += "\n" + DetailsOf(job);
  }
  return text;
}

Result<std::int64_t> FindSecretOf(const sm::Service& service, Transaction& transaction,
                                  const ReportQuestion& question) {
  ASSIGN_OR_RETURN(const auto secret, FindSecret(service, transaction, question));
  return secret->id;
}

}  // namespace coffer::rotation
